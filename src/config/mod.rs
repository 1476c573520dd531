//! How the server runs: settings, environment, secrets.
