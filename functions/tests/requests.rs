//! Requests in general: methods that no function declares, and fields that are missing.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use bytes::Bytes;
use kit::Kind;
use world::World;
use world::fixtures::again;

/// Messengers ask for the head of a page before they show a card for its link.
#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let f = World::fixture().await;
    let paths =
        [format!("/e/{}", f.slug), format!("/s/{}", f.short_code), format!("/api/events/{}", f.event), "/e/x".into()];
    for path in paths {
        let got = f.world.get(&path, None).await;
        let head = http::Request::head(path.as_str()).body(Bytes::new()).unwrap();
        let mut head = f.world.send(head).await;
        assert_eq!((head.status, head.bytes.len()), (got.status, 0), "{path}");
        assert_eq!(head.header("content-length"), got.bytes.len().to_string(), "{path}");
        let mut wanted = got.headers.clone();
        for own in ["content-length", "x-request-id"] {
            drop((head.headers.remove(own), wanted.remove(own)));
        }
        assert_eq!(head.headers, wanted, "{path}");
    }
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_told_those_that_it_does() {
    let f = World::fixture().await;
    let allowed = async |method: &str, path: &str| {
        let request = http::Request::builder().method(method).uri(path).body(Bytes::new()).unwrap();
        let reply = f.world.send(request).await.expect(405);
        reply.header("allow").to_owned()
    };
    assert_eq!(allowed("DELETE", "/api/events").await, "GET, HEAD, POST");
    assert_eq!(allowed("HEAD", "/api/tokens").await, "POST");
    let nowhere = http::Request::head("/api/nowhere").body(Bytes::new()).unwrap();
    assert_eq!(f.world.send(nowhere).await.status, 404);
}

#[tokio::test]
async fn all_fields_that_are_missing_are_named_at_once() {
    let f = World::fixture().await;
    let mut several = 0;
    for function in pictures::every() {
        let Kind::Route { needed, .. } = function.kind else { continue };
        if needed.is_empty() {
            continue;
        }
        several += 1;
        let mut request = again(&f.request(function).await);
        *request.body_mut() = Bytes::from_static(b"{}");
        let refused = f.world.send(request).await.expect(422);
        let pointers: Vec<String> = (0..needed.len()).map(|at| refused.str(&format!("/errors/{at}/pointer"))).collect();
        let mut wanted: Vec<String> = needed.iter().map(|field| format!("/{field}")).collect();
        wanted.sort_by_key(|field| pointers.iter().position(|pointer| pointer == field));
        assert_eq!(pointers, wanted, "{}", function.name);
    }
    assert!(several >= 7, "{several} routes need several fields");
}
