//! An event's page.

use super::cover;
use super::shell::{Sheet, nothing_here, unbroken};
use super::words::{Words, words};
use crate::deliveries::cards;
use domain::events::{Event, Status, Visibility};
use domain::money::Money;
use domain::pools::{self, Places};
use domain::text::Slug;
use domain::{Language, markdown};
use jiff::Timestamp;
use kit::{Caller, Cx, Grant, Html, Result, Route, Table, read};
use mail::PlaceLine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How much of the description search engines and messengers show.
const SUMMARY: usize = 200;

/// Show an event's page. Who sees it is who has its link; a draft has no page.
#[derive(Clone, Deserialize, JsonSchema)]
pub struct RenderEventPage {
    /// The readable part of the event's address.
    slug: String,
}

impl Route for RenderEventPage {
    const ROUTE: &str = "GET /e/{slug}";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Pools)];
    type Reply = Html;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let missing = || nothing_here(cx.language(), |words| &words.no_event);
        let Ok(slug) = self.slug.parse::<Slug>() else { return missing() };
        let Some(id) = cx.store().event_by_slug(slug.as_str()).await? else { return missing() };
        match cx.store().event_and_pools(id).await? {
            Some((event, seats)) if event.is_visible() => {
                let places = pools::places(&event, &seats);
                page(&event, &places, cx.base_url(), cx.language(), cx.now())
            }
            _ => missing(),
        }
    }
}

/// Where an event stands for who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
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
    id: String,
    url: String,
    name: &'a str,
    kind: &'static str,
    /// The language of what the organizer wrote.
    spoken: &'static str,
    organizer: &'a str,
    summary: String,
    locale: &'static str,
    unlisted: bool,
    cover: Option<&'a str>,
    drawing: String,
    linked_data: String,
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
    // A picture that would be fetched in the clear isn't.
    let cover = details.cover.as_ref().map(|link| link.as_str()).filter(|link| link.starts_with("https://"));
    let sold_out = places.left.is_some_and(|left| left <= 0);
    let linked_data = linked_data(event, standing, sold_out, cover, base_url);
    let (when, zone) = mail::when(language, &event.starts.zoned(), &event.ends.zoned(), now);
    let shown = EventShown {
        id: event.id.to_string(),
        url: url(event, base_url),
        name: details.name.as_str(),
        kind: (words.kind)(details.kind),
        spoken: details.language.code(),
        organizer: event.organizer_name.as_str(),
        summary: summary(event, &when),
        locale: words.locale,
        unlisted: details.visibility == Visibility::Unlisted,
        cover,
        drawing: cover::drawing(event.id, details.kind),
        linked_data: in_script(&linked_data),
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
    let picture = cover.is_some();
    Sheet { hue: cover::hue(event.id), picture, ..Sheet::new("event.html") }.filled(language, &shown)
}

fn url(event: &Event, base_url: &str) -> String {
    format!("{base_url}/e/{}", event.slug)
}

fn summary(event: &Event, when: &str) -> String {
    let about = markdown::plain(event.details.description.as_str(), SUMMARY);
    if about.is_empty() { when.to_owned() } else { format!("{when}. {about}") }
}

fn price(price: Option<&Money>, words: &Words) -> String {
    price.map_or_else(|| words.free.to_owned(), |price| price.to_string().replace('.', words.point))
}

fn places_left(places: &Places, words: &Words) -> String {
    match places.left {
        None => words.no_limit.to_owned(),
        Some(left) if left <= 0 => words.sold_out.to_owned(),
        Some(left) => (words.left)(left),
    }
}

/// JSON for between `<script>` tags: there no entity is read, and `</script>` and `<!--` would end or change it (HTML
/// Standard, "Restrictions for contents of script elements").
fn in_script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The event for search engines (<https://schema.org/Event>). The link to join is nobody's who has no place.
fn linked_data(event: &Event, standing: Standing, sold_out: bool, cover: Option<&str>, base_url: &str) -> Value {
    let (details, url) = (&event.details, url(event, base_url));
    let place = details.place.as_ref().map(|place| {
        let mut shown = json!({ "@type": "Place", "name": place.name });
        if let Some(address) = &place.address {
            shown["address"] = json!(address);
        }
        if let Some((latitude, longitude)) = place.latitude.zip(place.longitude) {
            shown["geo"] = json!({ "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude });
        }
        shown
    });
    let online = details.online_link.as_ref().map(|_| json!({ "@type": "VirtualLocation", "url": url }));
    let mode = match (&place, &online) {
        (Some(_), Some(_)) => "Mixed",
        (None, Some(_)) => "Online",
        _ => "Offline",
    };
    let locations: Vec<Value> = place.into_iter().chain(online).collect();
    let status = if standing == Standing::Cancelled { "EventCancelled" } else { "EventScheduled" };
    let with_offset = |moment: &domain::time::Moment| {
        let at = moment.zoned();
        format!("{}{}", at.strftime("%Y-%m-%dT%H:%M:%S"), at.strftime("%:z"))
    };
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "name": details.name,
        "url": url,
        "startDate": with_offset(&event.starts),
        "endDate": with_offset(&event.ends),
        "eventStatus": format!("https://schema.org/{status}"),
        "eventAttendanceMode": format!("https://schema.org/{mode}EventAttendanceMode"),
        "location": locations,
        "organizer": { "@type": "Person", "name": event.organizer_name },
        "inLanguage": details.language.code(),
        "isAccessibleForFree": details.price.is_none(),
    });
    let about = markdown::plain(details.description.as_str(), SUMMARY);
    if !about.is_empty() {
        data["description"] = json!(about);
    }
    if let Some(cover) = cover {
        data["image"] = json!([cover]);
    }
    if matches!(standing, Standing::Ahead | Standing::Running) {
        let (amount, currency) = match &details.price {
            Some(money) => {
                let text = money.to_string();
                (text.split(' ').next().unwrap_or_default().to_owned(), Some(money.currency.code()))
            }
            None => ("0".to_owned(), None),
        };
        let availability = if sold_out { "SoldOut" } else { "InStock" };
        data["offers"] = json!({
            "@type": "Offer",
            "url": url,
            "price": amount,
            "availability": format!("https://schema.org/{availability}"),
        });
        if let Some(currency) = currency {
            data["offers"]["priceCurrency"] = json!(currency);
        }
    }
    data
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::pages::testing::{assert_sound, event, now};

    const BASE: &str = "https://guestlist.example";

    fn shown(event: &Event, left: Option<i64>, language: Language) -> String {
        let html = page(event, &Places { taken: 3, admitted: 0, left }, BASE, language, now()).unwrap();
        assert_eq!(html.status, 200);
        assert_sound(&html);
        html.page
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
            "12.50 EUR",
            "12 places left",
            "Ada Lovelace",
            "<em>live</em>",
            "POST /api/events/evt_0000000000000000000000002A/bookings",
            "lang=\"en\"",
        ] {
            assert!(page.contains(text), "{text} is missing in {page}");
        }
        assert!(!page.contains("noindex"));
    }

    #[test]
    fn it_speaks_russian() {
        let page = shown(&event(), Some(3), Language::Ru);
        let texts = [
            "lang=\"ru\"",
            "21 ноября, суббота, 19:30\u{2060}–\u{2060}22:00</time><br>время Катманду, UTC+5:45",
            "12,50 EUR",
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
        event.details.cover = Some("https://pictures.example/a'b.png?x=1&y=2".parse().unwrap());
        event.status = Status::Cancelled;
        event.cancel_message = Some(evil.parse().unwrap());
        let page = shown(&event, Some(1), Language::En);
        for markup in ["<script>alert", "<img src=x", "<b onclick", "49"] {
            assert!(!page.contains(markup), "{markup} is in {page}");
        }
        let data = page.split("ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
        let data: Value = serde_json::from_str(data).expect("JSON up to the first end tag");
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
        assert!(!page.contains("/bookings") && !page.contains("places left") && !page.contains("All places"));
    }

    #[test]
    fn it_follows_the_clock_and_the_places() {
        let event = event();
        let at =
            |now, left| page(&event, &Places { taken: 0, admitted: 0, left }, BASE, Language::En, now).unwrap().page;
        assert!(at(event.starts.instant, Some(1)).contains("On right now"));
        assert!(at(event.starts.instant, Some(1)).contains("/bookings"));
        assert!(at(event.ends.instant, Some(1)).contains("This event has ended."));
        assert!(!at(event.ends.instant, Some(1)).contains("/bookings"));
        assert!(at(now(), Some(1)).contains("1 place left"));
        assert!(at(now(), None).contains("Room for everybody"));
        let full = at(now(), Some(0));
        assert!(full.contains("All places are taken") && full.contains("SoldOut") && !full.contains("/bookings"));
    }

    #[test]
    fn an_unlisted_event_is_kept_out_of_search_engines() {
        let mut event = event();
        event.details.visibility = Visibility::Unlisted;
        assert!(shown(&event, Some(1), Language::En).contains("<meta name=\"robots\" content=\"noindex\">"));
    }

    #[test]
    fn only_a_picture_fetched_in_private_is_shown() {
        let mut event = event();
        event.details.cover = Some("http://pictures.example/a.png".parse().unwrap());
        let plain = shown(&event, Some(1), Language::En);
        assert!(!plain.contains("pictures.example") && plain.contains("<svg"));
        event.details.cover = Some("https://pictures.example/a.png".parse().unwrap());
        let secure = page(&event, &Places::default(), BASE, Language::En, now()).unwrap();
        assert!(secure.page.contains("<img src=\"https:") && secure.policy.contains("img-src 'self' data: https:"));
    }

    #[test]
    fn search_engines_get_times_with_their_offset() {
        let data = linked_data(&event(), Standing::Ahead, false, None, BASE);
        assert_eq!(data["startDate"], json!("2026-11-21T19:30:00+05:45"));
        assert_eq!(data["offers"]["price"], json!("12.50"));
        assert_eq!(data["offers"]["priceCurrency"], json!("EUR"));
        assert_eq!(data["eventAttendanceMode"], json!("https://schema.org/OfflineEventAttendanceMode"));
    }
}
