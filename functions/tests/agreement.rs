//! One name everywhere: what a function is called, where it lies, what it promises. Everything here is derived from the
//! registry, so a new function is held to it without a new test. What is generated from the registry is looked at in
//! infra/xtask/tests.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use kit::{Caller, Function, Kind, Source};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn all() -> &'static [Function] {
    pictures::every()
}

/// The functions that break a rule, by name; `broken` says how.
fn breaking(broken: impl Fn(&Function) -> Option<String>) -> Vec<String> {
    all().iter().filter_map(|function| Some(format!("{}: {}", function.name, broken(function)?))).collect()
}

fn none(broken: impl Fn(&Function) -> Option<String>) {
    let found = breaking(broken);
    assert!(found.is_empty(), "{found:#?}");
}

fn route(function: &Function) -> Option<(&'static str, &'static str)> {
    match function.kind {
        Kind::Route { method, path, .. } => Some((method, path)),
        _ => None,
    }
}

fn pascal_case(name: &str) -> String {
    name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

#[test]
fn a_type_is_called_as_its_file() {
    none(|function| (pascal_case(function.name) != function.type_name).then(|| function.type_name.to_owned()));
}

#[test]
fn a_function_lies_in_its_nouns_folder() {
    none(|function| {
        let path = folder(function).join(format!("{}.rs", function.name));
        (!path.is_file()).then(|| format!("there is no {}", path.display()))
    });
}

#[test]
fn names_are_unique() {
    let mut names: Vec<&str> = all().iter().map(|function| function.name).collect();
    names.sort_unstable();
    let twice: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn no_two_functions_answer_one_route() {
    let mut held: BTreeMap<(String, String), &str> = BTreeMap::new();
    for function in all() {
        let Some((method, path)) = route(function) else { continue };
        // `/x/{a}` and `/x/{b}` are one route.
        let shape: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        if let Some(other) = held.insert((method.to_owned(), shape.join("/")), function.name) {
            panic!("{other} and {} both answer {method} {path}", function.name);
        }
    }
}

#[test]
fn the_registry_is_grouped_by_noun() {
    let mut nouns: Vec<&str> = all().iter().map(|function| function.noun).collect();
    nouns.dedup();
    let distinct: BTreeSet<&str> = nouns.iter().copied().collect();
    assert_eq!(nouns.len(), distinct.len(), "a noun stands in two places: {nouns:?}");
}

#[test]
fn every_file_with_a_function_is_in_the_registry() {
    let known: BTreeSet<&str> = all().iter().map(|function| function.name).collect();
    for (path, text) in sources() {
        let declares = ["impl Route for ", "impl Schedule for ", "impl Consumer for "];
        let is_function = text.lines().any(|line| declares.iter().any(|start| line.starts_with(start)));
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(!is_function || known.contains(name), "{} is not in pictures::every()", path.display());
    }
}

/// The folder of a function's noun: the crate's own where it has one noun only.
fn folder(function: &Function) -> PathBuf {
    let sources = root().join(function.home).join("src");
    if function.home == function.noun { sources } else { sources.join(function.noun) }
}

fn sources() -> Vec<(PathBuf, String)> {
    let folders = std::fs::read_dir(root().join("functions/src")).unwrap().map(|entry| entry.unwrap().path());
    let folders = folders.filter(|path| path.is_dir()).chain([root().join("pictures/src")]);
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_function_has_a_sample_and_every_sample_a_function() {
    let wanted: BTreeSet<PathBuf> =
        all().iter().map(|function| Path::new(function.noun).join(format!("{}.json", function.name))).collect();
    let folder = root().join("events");
    let mut held = BTreeSet::new();
    for noun in std::fs::read_dir(&folder).unwrap() {
        let noun = noun.unwrap().path();
        // A README beside the folders is fine.
        for sample in std::fs::read_dir(&noun).into_iter().flatten() {
            held.insert(sample.unwrap().path().strip_prefix(&folder).unwrap().to_owned());
        }
    }
    let missing: Vec<_> = wanted.difference(&held).collect();
    let orphans: Vec<_> = held.difference(&wanted).collect();
    assert!(missing.is_empty() && orphans.is_empty(), "no sample: {missing:?}; no function: {orphans:?}");
}

#[test]
fn a_sample_is_of_its_functions_kind() {
    none(|function| {
        let path = root().join("events").join(function.noun).join(format!("{}.json", function.name));
        let text = std::fs::read_to_string(path).ok()?;
        let sample: serde_json::Value = match serde_json::from_str(&text) {
            Ok(sample) => sample,
            Err(why) => return Some(why.to_string()),
        };
        let (held, wanted) = match function.kind {
            Kind::Route { method, path, .. } => (sample["routeKey"].clone(), format!("{method} {path}")),
            Kind::Schedule { .. } => (sample["detail-type"].clone(), "Scheduled Event".to_owned()),
            Kind::Consumer { source: Source::Queue(_) } => {
                (sample["Records"][0]["eventSource"].clone(), "aws:sqs".to_owned())
            }
            Kind::Consumer { source: Source::Streams(_) } => {
                (sample["Records"][0]["eventSource"].clone(), "aws:dynamodb".to_owned())
            }
        };
        (held != wanted.as_str()).then(|| format!("its sample is of {held}, not {wanted:?}"))
    });
}

#[test]
fn paths_lie_where_the_design_says() {
    let roots = ["/api/", "/.well-known/", "/e/", "/s/", "/account/", "/covers/"];
    none(|function| {
        let (_, path) = route(function)?;
        let fits = path == "/openapi.json" || roots.iter().any(|root| path.starts_with(root));
        (!fits).then(|| path.to_owned())
    });
}

#[test]
fn methods_are_those_that_the_kit_reads() {
    none(|function| {
        let (method, _) = route(function)?;
        (!["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method)).then(|| method.to_owned())
    });
}

/// The schema of a function's request.
fn request(function: &Function) -> Option<schemars::Schema> {
    let mut schemas = SchemaGenerator::new(SchemaSettings::draft2020_12());
    function.docs.map(|docs| (docs.request)(&mut schemas))
}

#[test]
fn a_post_that_creates_can_be_repeated() {
    none(|function| {
        let Kind::Route { method: "POST", idempotent: false, .. } = function.kind else { return None };
        (function.docs?.status == 201).then(|| "it answers 201 and takes no Idempotency-Key".to_owned())
    });
}

#[test]
fn the_fields_of_a_path_and_of_a_caller_are_fields_of_the_request() {
    none(|function| {
        let Kind::Route { path, caller, query, .. } = function.kind else { return None };
        let request = request(function)?;
        let properties = request.get("properties").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
        let in_path: Vec<&str> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let mut named = in_path.clone();
        named.extend(query);
        if let Some(missing) = named.iter().find(|name| !properties.contains_key(**name)) {
            return Some(format!("it has no field {missing:?}"));
        }
        let (Caller::OrganizerOf(field) | Caller::OwnerOf(field) | Caller::HolderOf(field) | Caller::DoorOf(field)) =
            caller
        else {
            return None;
        };
        (!in_path.contains(&field)).then(|| format!("its caller is told by {field:?}, which isn't in its path"))
    });
}

/// What is needed is said twice, by the struct and by `NEEDED`, since serde names only the first that is missing.
#[test]
fn the_fields_that_a_request_needs_are_those_of_its_struct() {
    none(|function| {
        let Kind::Route { path, needed, .. } = function.kind else { return None };
        let request = request(function)?;
        let required = request.get("required").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let required = required.iter().filter_map(serde_json::Value::as_str);
        let beside: Vec<&str> = required.filter(|name| !path.contains(&format!("{{{name}}}"))).collect();
        let wanted = if beside.len() > 1 { beside } else { vec![] };
        (needed != wanted).then(|| format!("NEEDED is {needed:?}, and should be {wanted:?}"))
    });
}

#[test]
fn every_route_and_each_of_its_fields_is_described() {
    none(|function| {
        let request = request(function)?;
        let is_said = |schema: &serde_json::Value| schema["description"].as_str().is_some_and(|text| !text.is_empty());
        if !is_said(request.as_value()) {
            return Some("it has no doc comment".to_owned());
        }
        let properties = request.get("properties").and_then(serde_json::Value::as_object)?;
        let silent: Vec<&String> =
            properties.iter().filter(|(_, schema)| !is_said(schema)).map(|(name, _)| name).collect();
        (!silent.is_empty()).then(|| format!("fields without a doc comment: {silent:?}"))
    });
}

#[test]
fn an_unknown_field_is_refused_everywhere() {
    none(|function| {
        let docs = function.docs?;
        // A page is opened from links, to which others add parameters of their own.
        if docs.media.iter().any(|media| media.name == "text/html") {
            return None;
        }
        let request = request(function)?;
        let refuses = request.get("additionalProperties") == Some(&serde_json::Value::Bool(false));
        (!refuses).then(|| "it lacks #[serde(deny_unknown_fields)]".to_owned())
    });
}

#[test]
fn what_is_internal_is_no_route_and_what_is_a_route_is_not_internal() {
    none(|function| {
        let Kind::Route { caller, .. } = function.kind else { return None };
        (caller == Caller::Internal).then(|| "a route that nobody may call".to_owned())
    });
}

#[test]
fn grants_are_said_once() {
    none(|function| {
        let once: BTreeSet<_> = function.grants.iter().collect();
        (once.len() != function.grants.len()).then(|| "a grant is said twice".to_owned())
    });
}
