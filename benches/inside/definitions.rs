//! Loading, checking and listing catalogs.

use std::hint::black_box;
use std::io;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput};
use tooldoo::access::Caller;
use tooldoo::catalog::Catalog;
use tooldoo::cli::check;
use tooldoo::config::Options;
use tooldoo::definition::load_texts;
use tooldoo::mcp;
use tooldoo::source::{Format, Look};

use crate::common;

const SIZES: [usize; 3] = [100, 1000, 10_000];

/// From texts to a catalog.
pub fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    group.sample_size(10);
    for size in SIZES {
        let files = common::files(size);
        group.throughput(Throughput::Elements(common::count(size) as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &files, |bencher, files| {
            bencher.iter(|| black_box(catalog(files)));
        });
    }
}

/// `tooldoo check` of a directory.
pub fn check(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    for size in SIZES {
        let directory = tempfile::tempdir().unwrap();
        for (path, text) in common::files(size) {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let options = Options {
            definitions: vec![directory.path().to_owned()],
            environment: [("ODOO_URL".to_owned(), "http://127.0.0.1:1".to_owned())].into(),
            ..Options::default()
        };
        group.throughput(Throughput::Elements(common::count(size) as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &options, |bencher, options| {
            bencher.iter(|| {
                let how = check::How::default();
                runtime.block_on(check::check(options, &how, &mut io::sink(), Look::Plain)).unwrap()
            });
        });
    }
}

/// The tools of one bundle as `tools/list` gives them, written out.
pub fn list(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("list");
    for size in [100, 1000] {
        let catalog = catalog(&common::files(size));
        let caller = Caller { bundles: Vec::new(), read_only: false, login: None };
        group.throughput(Throughput::Elements(common::count(size) as u64));
        group.bench_with_input(BenchmarkId::from_parameter(size), &catalog, |bencher, catalog| {
            bencher.iter(|| serde_json::to_string(&mcp::tools(catalog, &caller)).unwrap());
        });
    }
}

fn catalog(files: &[common::File]) -> Catalog {
    let texts = files.iter().map(|(path, text)| (path.as_path(), text.as_str(), Format::Toml));
    let loaded = load_texts(texts);
    assert!(!loaded.has_errors(), "{:?}", loaded.diagnostics);
    Catalog::new(loaded.definitions.tools.into_iter().map(Arc::new).collect())
}
