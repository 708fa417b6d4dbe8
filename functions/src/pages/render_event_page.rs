//! An event's page.

use super::html::Html;
use super::linked_data::{Addresses, SUMMARY, linked_data};
use super::shell::{AppPage, Cyrillic, Runs, Sheet, in_script, nothing_here_but_the_app, unbroken};
use super::words::{Words, words};
use crate::deliveries::cards;
use crate::events::{EventView, Reader};
use domain::events::{Event, Status, Visibility};
use domain::money::Money;
use domain::pools::{self, Places};
use domain::text::Slug;
use domain::{Language, markdown, pictures};
use jiff::Timestamp;
use kit::{Caller, Cx, Error, Grant, Result, Route, Table, read};
use mail::PlaceLine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// For how long the network of caches in between may give everybody the same page: what it says of places is as old at most,
/// and a rush on a shared link doesn't reach the tables.
const SHARED: &str = "public, max-age=0, s-maxage=15";

/// Show an event's page. Who sees it is who has its link. A draft has no page; its organizer sees it in the app, which takes
/// this page over.
#[derive(Deserialize, JsonSchema)]
pub struct RenderEventPage {
    /// The readable part of the event's address.
    slug: String,
}

impl Route for RenderEventPage {
    const ROUTE: &str = "GET /e/{slug}";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Pools)];
    type Reply = AppPage;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let missing = || nothing_here_but_the_app(cx.language(), |words| &words.no_event);
        let Ok(slug) = self.slug.parse::<Slug>() else { return missing() };
        let Some(id) = cx.store().event_by_slug(slug.as_str()).await? else { return missing() };
        match cx.store().event_and_pools(id).await? {
            Some((event, seats)) if event.is_visible() => {
                let places = pools::places(&event, &seats);
                let language = cx.language_or(event.details.language);
                let html = page(&event, &places, cx.base_url(), language, cx.now())?;
                Ok(AppPage { html, cache: SHARED })
            }
            _ => missing(),
        }
    }
}

/// Where an event stands for who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    Ahead,
    Running,
    Ended,
    Cancelled,
}

fn standing(event: &Event, now: Timestamp) -> Standing {
    match event.status {
        Status::Cancelled => Standing::Cancelled,
        _ if event.ends.instant <= now => Standing::Ended,
        _ if event.starts.instant <= now => Standing::Running,
        _ => Standing::Ahead,
    }
}

/// A place as both pages show it.
#[derive(Serialize)]
pub(super) struct PlaceShown {
    name: String,
    address: String,
    map: Option<String>,
}

impl From<PlaceLine> for PlaceShown {
    fn from(place: PlaceLine) -> Self {
        PlaceShown { name: place.name, address: place.address, map: place.map_link }
    }
}

#[derive(Serialize)]
struct EventShown<'a> {
    url: &'a str,
    card: &'a str,
    card_words: String,
    name: &'a str,
    kind: &'static str,
    /// The language of what the organizer wrote.
    spoken: &'static str,
    organizer: &'a str,
    summary: String,
    locale: &'static str,
    unlisted: bool,
    cover: String,
    /// The cover in several widths, where there are any.
    cover_set: Option<String>,
    linked_data: String,
    page_data: String,
    standing: Standing,
    message: Option<&'a str>,
    when: String,
    zone: String,
    starts: String,
    place: Option<PlaceShown>,
    online: bool,
    price: String,
    places: Option<String>,
    sold_out: bool,
    description: String,
    bookable: bool,
}

fn page(event: &Event, places: &Places, base_url: &str, language: Language, now: Timestamp) -> Result<Html> {
    let (details, words) = (&event.details, words(language));
    let standing = standing(event, now);
    let open = matches!(standing, Standing::Ahead | Standing::Running);
    let sold_out = places.left.is_some_and(|left| left <= 0);
    let addresses = Addresses::of(event, base_url);
    let (when, zone) = mail::when(language, &event.starts.zoned(), &event.ends.zoned(), now);
    let view = EventView::new(event.clone(), base_url, Reader::Anybody).with_places(*places);
    let page_data = serde_json::to_value(&view).map_err(Error::internal)?;
    let shown = EventShown {
        url: &addresses.page,
        card: &addresses.card,
        card_words: format!("{}. {when}", details.name),
        name: details.name.as_str(),
        kind: (words.kind)(details.kind),
        spoken: details.language.code(),
        organizer: event.organizer_name.as_str(),
        summary: summary(event, &when),
        locale: words.locale,
        unlisted: details.visibility == Visibility::Unlisted,
        cover: event.cover_url(),
        cover_set: event.picture.map(|picture| {
            pictures::WIDTHS.map(|width| format!("/pictures/{} {width}w", picture.id.file(width))).join(", ")
        }),
        linked_data: in_script(&linked_data(event, standing, sold_out, &addresses)),
        page_data: in_script(&json!({ "event": page_data, "language": language })),
        standing,
        message: event.cancel_message.as_ref().map(|message| message.as_str()),
        when: unbroken(&when),
        zone,
        starts: event.starts.instant.to_string(),
        place: details.place.as_ref().map(|place| cards::place_line(place).into()),
        online: details.online_link.is_some(),
        price: price(details.price.as_ref(), words),
        places: open.then(|| places_left(places, words)),
        sold_out,
        description: markdown::html(details.description.as_str()),
        bookable: open && !sold_out,
    };
    let place = details.place.as_ref().map_or("", |place| place.name.as_str());
    let cyrillic = Cyrillic::of(&[shown.name], &[shown.organizer, place, &shown.description]);
    Sheet { hue: event.hue(), runs: Runs::App, cyrillic, ..Sheet::new("event.html") }.filled(language, &shown)
}

fn summary(event: &Event, when: &str) -> String {
    let about = markdown::plain(event.details.description.as_str(), SUMMARY);
    if about.is_empty() { when.to_owned() } else { format!("{when}. {about}") }
}

fn price(price: Option<&Money>, words: &Words) -> String {
    price.map_or_else(|| words.free.to_owned(), words.money)
}

fn places_left(places: &Places, words: &Words) -> String {
    match places.left {
        None => words.no_limit.to_owned(),
        Some(left) if left <= 0 => words.sold_out.to_owned(),
        Some(left) => (words.left)(left),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::pages::testing::{assert_sound, event, now};
    use serde_json::Value;

    const BASE: &str = "https://guestlist.example";

    fn shown(event: &Event, left: Option<i64>, language: Language) -> String {
        let html = page(event, &Places { taken: 3, bookings: 2, admitted: 0, left }, BASE, language, now()).unwrap();
        assert_eq!(html.status, 200);
        assert_sound(&html);
        html.page
    }

    /// What is in a script of data.
    fn script<'a>(page: &'a str, start: &str) -> &'a str {
        page.split(start).nth(1).unwrap().split("</script>").next().unwrap()
    }

    #[test]
    fn what_a_guest_wants_to_know_is_there() {
        let page = shown(&event(), Some(12), Language::En);
        for text in [
            "Silent film night",
            "Film night",
            "Saturday, 21 November, 19:30\u{2060}–\u{2060}22:00</time><br>Kathmandu time, UTC+5:45",
            "Kino Rodina",
            "Durbar Marg 12",
            "https:&#x2f;&#x2f;www.openstreetmap.org&#x2f;?mlat=27.7&amp;mlon=85.3#map=17&#x2f;27.7&#x2f;85.3",
            "€12.50",
            "12 places left",
            "Ada Lovelace",
            "<em>live</em>",
            "<button class=\"button\" type=\"button\" disabled>Book a place</button>",
            "<noscript><p class=\"small soft\">Booking needs JavaScript",
            "lang=\"en\"",
        ] {
            assert!(page.contains(text), "{text} is missing in {page}");
        }
        assert!(!page.contains("noindex"));
    }

    #[test]
    fn messengers_find_a_card() {
        let page = shown(&event(), Some(12), Language::En);
        let found = |property: &str| {
            let content = page.split(&format!("=\"{property}\" content=\"")).nth(1).expect(property);
            content.split('"').next().unwrap().to_owned()
        };
        assert_eq!(found("og:title"), "Silent film night");
        assert_eq!(found("og:url"), "https://guestlist.example/e/silent-film-night");
        assert_eq!(found("og:image"), "https://guestlist.example/e/silent-film-night/card.png?v=3");
        assert_eq!((found("og:image:width"), found("og:image:height")), ("1200".to_owned(), "630".to_owned()));
        assert_eq!(found("og:image:alt"), "Silent film night. Saturday, 21 November, 19:30–22:00");
        assert_eq!(found("og:locale"), "en_GB");
        assert_eq!(found("twitter:card"), "summary_large_image");
        assert!(found("og:description").starts_with("Saturday, 21 November, 19:30–22:00. Three films from 1926"));
    }

    #[test]
    fn the_app_gets_what_an_anonymous_reader_sees() {
        let mut event = event();
        event.details.online_link = Some("https://meet.example/secret".parse().unwrap());
        let page = shown(&event, Some(12), Language::Ru);
        let data: Value = serde_json::from_str(script(&page, "id=\"page-data\">")).unwrap();
        assert_eq!((&data["language"], &data["event"]["places_left"]), (&json!("ru"), &json!(12)));
        let places = Places { taken: 3, bookings: 2, admitted: 0, left: Some(12) };
        let view = EventView::new(event, BASE, Reader::Anybody).with_places(places);
        assert_eq!(data["event"], serde_json::to_value(view).unwrap());
        assert!(data["event"]["online_link"].is_null() && data["event"]["is_mine"].is_null());
    }

    #[test]
    fn fonts_are_fetched_at_once_where_their_letters_are() {
        let preloads =
            |page: &str| ["onest", "unbounded"].map(|font| page.contains(&format!("fonts/{font}-cyrillic.woff2\" as")));
        let mut event = event();
        assert_eq!(preloads(&shown(&event, None, Language::En)), [false, false]);
        assert_eq!(preloads(&shown(&event, None, Language::Ru)), [true, true]);
        event.organizer_name = "Ада".parse().unwrap();
        assert_eq!(preloads(&shown(&event, None, Language::En)), [true, false]);
        event.details.name = "Немое кино".parse().unwrap();
        assert_eq!(preloads(&shown(&event, None, Language::En)), [true, true]);
    }

    #[test]
    fn it_speaks_russian() {
        let page = shown(&event(), Some(3), Language::Ru);
        let texts = [
            "lang=\"ru\"",
            "<link rel=\"modulepreload\" href=\"/assets/words-ru.js\">",
            "21 ноября, суббота, 19:30\u{2060}–\u{2060}22:00</time><br>время Катманду, UTC+5:45",
            "12,50\u{A0}€",
            "Осталось 3 места",
        ];
        for text in texts {
            assert!(page.contains(text), "{text} is missing in {page}");
        }
        // What the organizer wrote stays in their language, and says so.
        assert!(page.contains("<h1 lang=\"en\">"));
    }

    #[test]
    fn the_link_to_join_is_never_told() {
        let mut event = event();
        event.details.online_link = Some("https://meet.example/secret".parse().unwrap());
        for place in [event.details.place.clone(), None] {
            event.details.place = place;
            assert!(!shown(&event, Some(1), Language::En).contains("meet.example"));
        }
    }

    #[test]
    fn nothing_that_was_typed_becomes_markup() {
        let mut event = event();
        let evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \"' {{ 7 * 7 }}";
        event.details.name = evil.parse().unwrap();
        event.details.description = evil.parse().unwrap();
        event.organizer_name = "<b onclick=a()>".parse().unwrap();
        event.details.place.as_mut().unwrap().name = evil.parse().unwrap();
        event.details.place.as_mut().unwrap().address = Some(evil.parse().unwrap());
        event.status = Status::Cancelled;
        event.cancel_message = Some(evil.parse().unwrap());
        let page = shown(&event, Some(1), Language::En);
        let (before, after) = page.split_once("<style>").unwrap();
        let after = after.split_once("</style>").unwrap().1;
        for markup in ["<script>alert", "<img src=x", "<b onclick", "49"] {
            assert!(!before.contains(markup) && !after.contains(markup), "{markup} is in {page}");
        }
        let app: Value =
            serde_json::from_str(script(&page, "id=\"page-data\">")).expect("JSON up to the first end tag");
        assert_eq!(app["event"]["name"], json!(event.details.name));
        let data: Value = serde_json::from_str(script(&page, "ld+json\">")).expect("JSON up to the first end tag");
        assert_eq!(data["name"], json!(event.details.name));
        assert_eq!(data["eventStatus"], json!("https://schema.org/EventCancelled"));
    }

    #[test]
    fn a_cancelled_event_says_so_and_books_nobody() {
        let mut event = event();
        event.status = Status::Cancelled;
        event.cancel_message = Some("The projector broke.".parse().unwrap());
        let page = shown(&event, Some(0), Language::En);
        assert!(page.contains("Cancelled.") && page.contains("The projector broke."));
        assert!(!page.contains("Book a place") && !page.contains("places left") && !page.contains("All places"));
    }

    #[test]
    fn it_follows_the_clock_and_the_places() {
        let event = event();
        let at = |now, left| {
            page(&event, &Places { taken: 0, bookings: 0, admitted: 0, left }, BASE, Language::En, now).unwrap().page
        };
        assert!(at(event.starts.instant, Some(1)).contains("On right now"));
        assert!(at(event.starts.instant, Some(1)).contains("Book a place"));
        assert!(at(event.ends.instant, Some(1)).contains("This event has ended."));
        assert!(!at(event.ends.instant, Some(1)).contains("Book a place"));
        assert!(at(now(), Some(1)).contains("1 place left"));
        assert!(at(now(), None).contains("Room for everybody"));
        let full = at(now(), Some(0));
        assert!(full.contains("All places are taken") && full.contains("SoldOut") && !full.contains("Book a place"));
    }

    #[test]
    fn an_unlisted_event_is_kept_out_of_search_engines() {
        let mut event = event();
        event.details.visibility = Visibility::Unlisted;
        assert!(shown(&event, Some(1), Language::En).contains("<meta name=\"robots\" content=\"noindex\">"));
    }

    #[test]
    fn an_uploaded_picture_stands_where_the_drawn_one_did() {
        let mut event = event();
        let drawn = shown(&event, Some(1), Language::En);
        assert!(!drawn.contains("pictures") && drawn.contains("&#x2f;covers&#x2f;film_night&#x2f;"));
        let id = "pic_0000000000000000000000002A".parse().unwrap();
        event.picture = Some(domain::pictures::Picture { id, hue: 2 });
        let shown = shown(&event, Some(1), Language::En);
        assert!(!shown.contains("&#x2f;covers&#x2f;"));
        for file in [
            "src=\"&#x2f;pictures&#x2f;pic_0000000000000000000000002A-960.jpg\"",
            "2A-480.jpg 480w, ",
            "2A-1600.jpg 1600w\"",
        ] {
            assert!(shown.contains(file), "{file}");
        }
    }
}
