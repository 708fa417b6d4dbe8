//! Pages, covers and short links, through the router.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use domain::events::{ShortCode, ShortLink};
use domain::ids::{EventId, Identifier};
use domain::{Change, Record};
use kit::Chance;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use world::{Person, Reply, World};

/// What a view says of an event's addresses: its page's, and its short link's, without the host.
async fn addresses(world: &World, organizer: &Person, event: &str) -> (String, String) {
    let view = world.get(&format!("/api/events/{event}"), organizer.token()).await.expect(200);
    let path = |url: String| url.strip_prefix(world::BASE).expect("an address here").to_owned();
    (path(view.str("/url")), path(view.str("/short_url")))
}

fn leads_nowhere(reply: Reply) {
    let reply = reply.expect(404);
    assert!(reply.header("content-type").starts_with("text/html"), "{}", reply.text());
    assert_eq!(reply.header("cache-control"), "no-store", "it may lead somewhere soon");
    assert!(!reply.text().contains("Jazz"));
}

#[tokio::test]
async fn a_short_link_leads_to_its_events_page_once_that_is_public() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let event = world.draft(&olga, json!({})).await;
    let (page, short) = addresses(&world, &olga, &event).await;
    assert!(short.len() == "/s/".len() + 7 && short.starts_with("/s/"), "{short}");
    // Of a draft nobody learns so much as its name; whoever is signed in.
    leads_nowhere(world.get(&short, None).await);
    leads_nowhere(world.get(&short, olga.token()).await);

    world.post(&format!("/api/events/{event}/publish"), olga.token(), json!({})).await.expect(200);
    let shouted = format!("/s/{}", short["/s/".len()..].to_uppercase().replace('0', "O").replace('1', "I"));
    for link in [short.clone(), format!("{short}?utm_source=poster"), shouted] {
        let led = world.get(&link, None).await.expect(302);
        assert_eq!((led.header("location"), led.bytes.len()), (page.as_str(), 0), "{link}");
    }
    assert_eq!(world.get(&page, None).await.expect(200).header("content-type"), "text/html; charset=utf-8");
    // What was public stays known.
    world.post(&format!("/api/events/{event}/cancel"), olga.token(), json!({})).await.expect(200);
    world.get(&short, None).await.expect(302);

    let unknown = format!("{}{}", &short[..short.len() - 1], if short.ends_with('z') { 'y' } else { 'z' });
    for nonsense in [unknown.as_str(), "/s/x", "/s/%2e%2e%2fme", "/s/ж"] {
        leads_nowhere(world.get(&nonsense.replace('ж', "%D0%B6"), None).await);
    }
}

/// Codes are drawn by chance, so two events may draw the same: then the second draws again.
#[tokio::test]
async fn a_code_that_is_taken_is_drawn_again() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let Chance::Seeded(next) = world.house.chance() else { panic!("tests are seeded") };
    let next = next.load(Ordering::SeqCst);
    // The request's own id, the event's id, its code: whichever draw is the code's, it is taken.
    let taken: Vec<ShortLink> = (next..next + 3)
        .map(|at| ShortLink {
            code: ShortCode::of(&Chance::seeded(at).bytes().unwrap()),
            event: EventId::from_ulid(u128::from(at)),
            slug: None,
        })
        .collect();
    let changes: Vec<Change> = taken.iter().cloned().map(|link| Change::Insert(Record::ShortLink(link))).collect();
    world.store().commit(&changes, None).await.unwrap();

    let event = world.draft(&olga, json!({})).await;
    let (_, short) = addresses(&world, &olga, &event).await;
    let code: ShortCode = short["/s/".len()..].parse().unwrap();
    let held = world.store().short_link(&code).await.unwrap().expect("a claim");
    assert_eq!((held.event.to_string(), held.slug), (event, None));
    for link in taken {
        assert_ne!(link.code, code);
        assert_eq!(world.store().short_link(&link.code).await.unwrap(), Some(link), "nobody loses theirs");
    }
}

#[tokio::test]
async fn a_discarded_draft_leaves_nothing_behind() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let before = world.stored();
    let event = world.draft(&olga, json!({})).await;
    assert_eq!(world.stored().len(), before.len() + 4, "the event, and its name, address and short link claimed");
    world.call("DELETE", &format!("/api/events/{event}"), olga.token(), Value::Null).await.expect(204);
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn mails_link_to_events_by_their_short_links() {
    let world = World::new().await;
    let (olga, ben) = (world.person("Olga").await, world.person("Ben").await);
    let event = world.event(&olga, json!({})).await;
    let (page, short) = addresses(&world, &olga, &event).await;
    world.book(&ben, &event, 1).await;
    let body = json!({ "subject": "The gate is open", "body": "Come in by the east gate." });
    world.post(&format!("/api/events/{event}/announcements"), olga.token(), body).await.expect(201);
    world
        .patch(&format!("/api/events/{event}"), olga.token(), json!({ "starts": "2026-11-28T20:00" }))
        .await
        .expect(200);
    world.drain().await;
    world.post(&format!("/api/events/{event}/cancel"), olga.token(), json!({})).await.expect(200);
    let mails = world.new_mails().await;
    assert_eq!(mails.len(), 5, "a ticket, news for the organizer, an announcement, a move and a cancellation");
    let short = format!("{}{short}", world::BASE);
    let long = format!("{}{page}", world::BASE);
    for mail in &mails {
        assert!(mail.text.contains(&short) && mail.html.replace("&#x2f;", "/").contains(&short), "{}", mail.subject);
        // The page's own address goes on only where a ticket's does.
        let rest = mail.text.replace(&format!("{long}/tickets/"), "");
        assert!(!rest.contains(&long), "{}: {rest}", mail.subject);
    }
    let news = mails.iter().find(|mail| mail.to == olga.email).expect("a mail for the organizer");
    assert!(news.text.contains(&format!("{}/organize/events/{event}/guests", world::BASE)), "{}", news.text);
}

#[tokio::test]
async fn a_cover_is_drawn_for_ever() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let event = world.event(&olga, json!({})).await;
    let cover = world.get(&format!("/api/events/{event}"), None).await.expect(200).str("/cover_url");
    assert_eq!(cover, format!("/covers/concert/{event}.svg"));
    let drawn = world.get(&cover, None).await.expect(200);
    assert_eq!(drawn.header("content-type"), "image/svg+xml");
    assert_eq!(drawn.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(drawn.text().starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1200\" height=\"630\""));
    assert_eq!(world.get(&cover, None).await.bytes, drawn.bytes);
    let id = EventId::from_ulid(1);
    for unknown in [
        format!("/covers/opera/{event}.svg"),
        format!("/covers/concert/{event}"),
        format!("/covers/concert/{event}.png"),
        "/covers/concert/evt_1.svg".to_owned(),
        format!("/covers/{id}.svg"),
    ] {
        assert_eq!(world.get(&unknown, None).await.expect(404).header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn an_events_page_is_for_everybody_and_the_app() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let event = world.draft(&olga, json!({ "language": "ru" })).await;
    let (address, _) = addresses(&world, &olga, &event).await;
    // A draft is shown by the app to whom it may be shown: the page that says nothing of it lets the app take over.
    for reader in [None, olga.token()] {
        let page = world.get(&address, reader).await;
        assert!(page.text().contains("<div id=\"app\">") && page.text().contains("/assets/app.js"));
        leads_nowhere(page);
    }
    world.post(&format!("/api/events/{event}/publish"), olga.token(), json!({})).await.expect(200);
    let page = world.get(&address, None).await.expect(200);
    // A cache in between may hand out the same for a while; a browser asks anew.
    assert_eq!(page.header("cache-control"), "public, max-age=0, s-maxage=15");
    assert_eq!(page.header("vary"), "accept-language");
    assert!(page.header("content-security-policy").contains("script-src 'self';"));
    // Who says no language, as messengers do, gets the event's.
    assert!(page.text().contains("<html lang=\"ru\">"));
    let english = world.call_with("GET", &address, None, &[("accept-language", "en")], Value::Null).await;
    assert!(english.text().contains("<html lang=\"en\">"));
    // Nobody's own page is what everybody is given.
    let own = world.get(&address, olga.token()).await.expect(200);
    assert_eq!(own.bytes, page.bytes);
}
