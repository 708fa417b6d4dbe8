//! An event as data for search engines.

use super::render_event_page::Standing;
use domain::events::Event;
use domain::markdown;
use serde_json::{Value, json};

/// How much of the description search engines and messengers show.
pub(super) const SUMMARY: usize = 200;

/// Where an event's page and its card are, with the host.
#[derive(Debug)]
pub(super) struct Addresses {
    pub page: String,
    /// It changes with the event: messengers keep a picture for as long as its address stays.
    pub card: String,
}

impl Addresses {
    pub fn of(event: &Event, base_url: &str) -> Self {
        let page = format!("{base_url}/e/{}", event.slug);
        Addresses { card: format!("{page}/card.png?v={}", event.version), page }
    }
}

/// The event for search engines (<https://schema.org/Event>). The link to join is nobody's who has no place.
pub(super) fn linked_data(event: &Event, standing: Standing, sold_out: bool, addresses: &Addresses) -> Value {
    let (details, url) = (&event.details, addresses.page.as_str());
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
        "image": [addresses.card],
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
    use super::*;
    use crate::pages::testing::event;

    #[test]
    fn search_engines_get_times_with_their_offset() {
        let data = linked_data(&event(), Standing::Ahead, false, &Addresses::of(&event(), "https://guestlist.example"));
        assert_eq!(data["startDate"], json!("2026-11-21T19:30:00+05:45"));
        assert_eq!(data["image"], json!(["https://guestlist.example/e/silent-film-night/card.png?v=3"]));
        assert_eq!(data["offers"]["price"], json!("12.50"));
        assert_eq!(data["offers"]["priceCurrency"], json!("EUR"));
        assert_eq!(data["eventAttendanceMode"], json!("https://schema.org/OfflineEventAttendanceMode"));
    }
}
