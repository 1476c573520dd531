//! A domain of which the caller left out half.

use criterion::{BenchmarkId, Criterion, Throughput};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use tooldoo::domain::DomainTemplate;
use tooldoo::template::Scope;

pub fn prune(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("domain");
    for conditions in [10, 100, 1000] {
        let mut written: Vec<Value> = Vec::new();
        let mut given = Map::new();
        for at in 0..conditions {
            if at % 5 == 0 {
                written.extend([json!("|"), json!(["name", "ilike", format!("{{{{ a{at} }}}}")])]);
            }
            written.push(json!(["ref", "=", format!("{{{{ a{at} }}}}")]));
            if at % 2 == 0 {
                given.insert(format!("a{at}"), json!("azure"));
            }
        }
        let domain = DomainTemplate::parse(&Value::Array(written)).unwrap();
        let mut scope = Scope::new(Timestamp::UNIX_EPOCH, TimeZone::UTC);
        scope.set_arguments(&given);
        group.throughput(Throughput::Elements(conditions));
        group.bench_with_input(BenchmarkId::from_parameter(conditions), &domain, |bencher, domain| {
            bencher.iter(|| domain.evaluate(&scope).unwrap().print());
        });
    }
}
