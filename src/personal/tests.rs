use super::kept::Wanted;
use super::*;

fn store() -> (tempfile::TempDir, Store) {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::new(directory.path().join("people"));
    (directory, store)
}

fn kept(name: &str, text: &str, arguments: &[&str]) -> Kept {
    let arguments = arguments.iter().map(|name| Wanted { name: (*name).to_owned(), ..Wanted::default() }).collect();
    Kept { name: name.to_owned(), text: text.to_owned(), arguments, ..Kept::default() }
}

fn names(store: &Store, owner: &str) -> Vec<String> {
    store.of(owner).into_iter().map(|prompt| prompt.tool.name.clone()).collect()
}

#[test]
fn what_is_kept_is_there_for_its_owner_alone() {
    let (_directory, store) = store();
    let saved =
        store.save("Anna@example.com", &kept("weekly", "Report on {{ team }}.\n\"\"\"", &["team"]), false).unwrap();
    assert_eq!(saved, Saved { replaced: false, count: 1, notes: Vec::new() });
    store.save("anna@example.com", &kept("weekly", "Another.", &[]), false).unwrap();
    assert_eq!(names(&store, "Anna@example.com"), ["weekly"]);
    assert_eq!(names(&store, "anna@example.com"), ["weekly"]);
    assert!(names(&store, "anna").is_empty());
    let (prompts, found) = store.load();
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(prompts.len(), 2);

    let again = store.save("anna@example.com", &kept("weekly", "Yet another.", &[]), false).unwrap_err();
    assert_eq!(again.kind, Kind::Conflict);
    assert!(store.save("anna@example.com", &kept("weekly", "Yet another.", &[]), true).unwrap().replaced);
    store.delete("anna@example.com", "weekly").unwrap();
    assert_eq!(store.delete("anna@example.com", "weekly").unwrap_err().kind, Kind::NotFound);
    assert_eq!(names(&store, "Anna@example.com"), ["weekly"], "the other's stays");
}

#[test]
fn nothing_is_written_outside_and_nothing_is_left_behind() {
    let (directory, store) = store();
    for owner in ["../../etc", "..", "/root", "a/../../b", ".ssh"] {
        store.save(owner, &kept("x", "Hello.", &[]), false).unwrap();
        assert_eq!(names(&store, owner), ["x"], "{owner}");
    }
    for name in ["../x", "X", "a/b", "", "a.toml", "a\0", &"x".repeat(65)] {
        assert_eq!(
            store.save("anna", &kept(name, "Hello.", &[]), false).unwrap_err().kind,
            Kind::InvalidArguments,
            "{name}"
        );
        assert_eq!(store.delete("anna", name).unwrap_err().kind, Kind::InvalidArguments, "{name}");
    }
    let inside: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(inside, ["people"]);
    for folder in fs::read_dir(store.directory()).unwrap() {
        let files: Vec<_> = fs::read_dir(folder.unwrap().path()).unwrap().collect();
        assert_eq!(files.len(), 1, "no file stays half written");
    }
    // Names that mean something to file systems or to the loader.
    for name in ["con", "_draft", "nul"] {
        store.save("anna", &kept(name, "Hello.", &[]), false).unwrap();
    }
    assert_eq!(names(&store, "anna").len(), 3);
}

#[cfg(unix)]
#[test]
fn a_folder_that_leads_elsewhere_is_not_written_into() {
    let (directory, store) = store();
    fs::create_dir_all(store.directory()).unwrap();
    let elsewhere = directory.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, store.directory().join("anna")).unwrap();
    assert_eq!(store.save("anna", &kept("x", "Hello.", &[]), true).unwrap_err().kind, Kind::Unavailable);
    assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 0);
}

/// Whoever may write into one folder reads nothing of another's through it, and holds nobody up.
#[cfg(unix)]
#[test]
fn a_file_that_leads_elsewhere_is_not_read() {
    let (_directory, store) = store();
    store.save("anna", &kept("secret", "Of Anna.", &[]), false).unwrap();
    store.save("ben", &kept("own", "Of Ben.", &[]), false).unwrap();
    let ben = store.directory().join("ben");
    std::os::unix::fs::symlink("../anna/secret.toml", ben.join("a.toml")).unwrap();
    // As some systems put files in place.
    fs::create_dir(ben.join("..data")).unwrap();
    fs::rename(ben.join("own.toml"), ben.join("..data/own.toml")).unwrap();
    std::os::unix::fs::symlink("..data/own.toml", ben.join("own.toml")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(ben.join("endless.toml")).status().unwrap().success());
    fs::create_dir(ben.join("folder.toml")).unwrap();
    let (prompts, found) = store.load();
    let mut names: Vec<_> =
        prompts.iter().map(|prompt| (prompt.owner.as_deref().unwrap(), prompt.tool.name.as_str())).collect();
    names.sort_unstable();
    assert_eq!(names, [("anna", "secret"), ("ben", "own")]);
    let told: Vec<&str> = found.iter().filter_map(|found| found.message.rsplit_once(": ")).map(|told| told.1).collect();
    assert_eq!(told, ["it is a link to somewhere else", "it is no file", "it is no file"]);
}

#[test]
fn what_may_not_be_kept_says_why() {
    let (_directory, store) = store();
    let refused = |kept: &Kept, part: &str| {
        let error = store.save("anna", kept, false).unwrap_err();
        assert!(error.message.contains(part), "{error:?}");
    };
    refused(&kept("x", "  ", &[]), "empty");
    refused(&kept("x", &"x".repeat(LONGEST_FILE as usize), &[]), "65536");
    refused(&kept("x", "{{ custmer }}", &["customer"]), "`custmer`");
    refused(&kept("x", "{{ user.login }}", &[]), "`user`");
    refused(&kept("x", "{{ args.other }}", &["customer"]), "`other`");
    refused(&kept("x", "{{ customer", &["customer"]), "template");
    refused(&kept("x", "{{ user }}", &["user"]), "reserved");
    refused(&kept("x", "Hello.", &["a", "a"]), "twice");
    refused(&kept("x", "Hello.", &["no name"]), "no name");
    let notes = store.save("anna", &kept("x", "Hello.", &["unused"]), false).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("unused")), "{notes:?}");
    for number in 1..MOST {
        store.save("anna", &kept(&format!("x{number}"), "Hello.", &[]), false).unwrap();
    }
    refused(&kept("one_more", "Hello.", &[]), "100");
    assert!(
        store.save("anna", &kept("x1", "Hello again.", &[]), true).is_ok(),
        "one in the place of another is no more"
    );
    assert!(store.save("bob", &kept("one_more", "Hello.", &[]), false).is_ok());
}

#[test]
fn a_file_that_is_wrong_takes_nothing_else_away() {
    let (_directory, store) = store();
    store.save("anna", &kept("good", "Hello.", &[]), false).unwrap();
    store.save("bob", &kept("good", "Hello.", &[]), false).unwrap();
    let anna = store.directory().join("anna");
    fs::write(anna.join("broken.toml"), "[[prompt]\nname = ").unwrap();
    fs::write(anna.join("tool.toml"), "[[tool]]\nname = \"x\"\n").unwrap();
    fs::write(anna.join("huge.toml"), "#".repeat(LONGEST_FILE as usize + 1)).unwrap();
    fs::write(anna.join("not_text.toml"), [0xff, 0xfe]).unwrap();
    fs::write(anna.join("again.toml"), "[[prompt]]\nname = \"good\"\n[[prompt.message]]\ntext = \"x\"\n").unwrap();
    fs::write(anna.join("notes.txt"), "nothing").unwrap();
    fs::write(anna.join("_draft.toml"), "nothing").unwrap();
    fs::write(store.directory().join("stray.toml"), "nothing").unwrap();
    let (prompts, found) = store.load();
    let mut there: Vec<_> =
        prompts.iter().map(|prompt| (prompt.owner.as_deref().unwrap(), &*prompt.tool.name)).collect();
    there.sort_unstable();
    assert_eq!(there, [("anna", "good"), ("bob", "good")]);
    assert!(found.len() >= 5 && found.iter().all(|diagnostic| !diagnostic.is_error()), "{found:#?}");
    assert_eq!(store.delete("anna", "again").unwrap(), (), "what is wrong can be deleted too");
}

#[test]
fn what_was_written_by_hand_is_changed_by_hand() {
    let (_directory, store) = store();
    fs::create_dir_all(store.directory().join("Anna")).unwrap();
    let file = store.directory().join("Anna/mine.toml");
    fs::write(&file, "[[prompt]]\nname = \"weekly\"\n[[prompt.message]]\ntext = \"x\"\n").unwrap();
    assert_eq!(names(&store, "Anna"), ["weekly"]);
    assert_eq!(store.save("Anna", &kept("weekly", "Other.", &[]), true).unwrap_err().kind, Kind::Conflict);
    assert_eq!(store.delete("Anna", "weekly").unwrap_err().kind, Kind::Conflict);
    store.save("Anna", &kept("daily", "Other.", &[]), false).unwrap();
    assert_eq!(names(&store, "Anna").len(), 2);
}
