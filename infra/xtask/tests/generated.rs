//! What is generated is fresh, fits AWS's limits, and says what the registry says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tree;

use serde_json::Value;
use std::collections::BTreeSet;
use store::KeyUse;
use tree::Tree;
use xtask::{generate, openapi, pascal_case, root, source, template};

#[test]
fn the_generated_files_are_fresh() {
    if let Err(why) = generate::check(&root()) {
        panic!("{why}");
    }
}

#[test]
fn a_stale_file_is_named_with_the_command_that_mends_it() {
    let tree = Tree::copy();
    let template = tree.read("template.yaml").replacen("MemorySize: 1024", "MemorySize: 10240", 1);
    tree.write("template.yaml", &template);
    let why = generate::check(tree.path()).unwrap_err();
    assert!(why.contains("template.yaml is stale from line"), "{why}");
    assert!(why.contains("`MemorySize: 10240`") && why.contains("`MemorySize: 1024`"), "{why}");
    assert!(!why.contains("openapi.json"), "{why}");
    assert!(why.ends_with("Mend it with: cargo xtask generate"), "{why}");

    assert_eq!(generate::generate(tree.path()).unwrap(), ["template.yaml"]);
    assert_eq!(generate::check(tree.path()), Ok(()));
    assert_eq!(generate::generate(tree.path()).unwrap(), Vec::<&str>::new());
}

#[test]
fn a_changed_sample_or_doc_comment_makes_the_description_stale() {
    let tree = Tree::copy();
    let sample = tree.read("events/bookings/book_place.json").replace("\\\"party_size\\\": 2", "\\\"party_size\\\": 3");
    tree.write("events/bookings/book_place.json", &sample);
    assert!(generate::check(tree.path()).unwrap_err().contains("openapi.json is stale"));
    generate::generate(tree.path()).unwrap();

    let hand_written = tree.read("infra/aws/alarms.yaml").replace("TopicName:", "DisplayName: x\n      TopicName:");
    tree.write("infra/aws/alarms.yaml", &hand_written);
    assert!(generate::check(tree.path()).unwrap_err().contains("template.yaml is stale"));
}

#[test]
fn resources_and_routes_fit() {
    let size = template::size(&root(), pictures::every()).unwrap();
    assert!(size.resources < template::TOO_MANY_RESOURCES, "{size:?}");
    assert!(size.routes < template::MOST_ROUTES, "{size:?}");
    assert!(size.resources > 2 * pictures::every().len(), "a function and its role at least: {size:?}");
}

#[test]
fn every_function_is_in_the_template_and_every_route_in_the_description() {
    let template = template::text(&root(), pictures::every()).unwrap();
    let description: Value = serde_json::from_str(&openapi::text(&root(), pictures::every()).unwrap()).unwrap();
    let operations: BTreeSet<&str> = description["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    for function in pictures::every() {
        assert!(template.contains(&format!("      Handler: {}\n", function.name)), "{}", function.name);
        assert_eq!(operations.contains(function.name), function.docs.is_some(), "{}", function.name);
    }
}

#[test]
fn every_function_says_what_it_does() {
    for function in pictures::every() {
        let doc = source::function_doc(&root(), function).unwrap();
        assert!(doc.ends_with('.') && doc.len() > 10, "{}: {doc:?}", function.name);
    }
}

/// The streams' filter holds back what no fact comes from. A record that facts do come from must never be in it.
#[test]
fn no_record_that_facts_come_from_is_filtered_out() {
    let facts = std::fs::read_to_string(root().join("shared/domain/src/facts.rs")).unwrap();
    let records = std::fs::read_to_string(root().join("shared/domain/src/record.rs")).unwrap();
    let (_, made) = facts.split_once("pub fn facts(").unwrap();
    for tag in template::SILENT_RECORDS {
        let name = pascal_case(tag);
        assert!(records.contains(&format!("    {name}({name}),\n")), "there is no record {tag} any more");
        assert!(
            !made.contains(&format!("Record::{name}(")),
            "facts come from {tag}, but the streams' filter holds it back"
        );
    }
}

#[test]
fn only_functions_that_sign_may_read_the_private_keys() {
    let template = template::text(&root(), pictures::every()).unwrap();
    let mut all = 0;
    for key_use in KeyUse::ALL {
        let readers =
            template.matches(&format!("parameter/guestlist/${{Stage}}/signing-keys/{}\n", key_use.name())).count();
        let signs = |function: &&kit::Function| function.grants.contains(&kit::sign(*key_use));
        assert_eq!(readers, pictures::every().iter().filter(signs).count(), "{key_use:?}");
        assert!(readers > 0 && readers < pictures::every().len() / 4, "{readers} functions sign {key_use:?}");
        all += readers;
    }
    assert_eq!(template.matches("ssm:GetParameter").count(), all, "on nothing but its own");
    let both =
        |function: &kit::Function| KeyUse::ALL.iter().all(|key_use| function.grants.contains(&kit::sign(*key_use)));
    assert!(!pictures::every().iter().any(both), "a function that signs tickets can't sign access tokens");
}

#[test]
fn no_placeholder_of_a_sample_is_left_in_the_description() {
    let description = openapi::text(&root(), pictures::every()).unwrap();
    assert!(
        !description.contains("{{") && !description.contains("\"example-"),
        "a placeholder that looks like nothing"
    );
}
