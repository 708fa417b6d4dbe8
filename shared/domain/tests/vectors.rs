//! What the server and the door scanner must read alike: `vectors/*.json` are read by the scanner's tests as well
//! (web/organizer/src/door), so that neither side can change alone.
#![allow(clippy::unwrap_used)]

use domain::text::fold;
use domain::tickets::Claims;
use serde_json::Value;

fn vectors(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn names_fold_as_the_door_folds_them() {
    for row in vectors(include_str!("../vectors/folded.json")).as_array().unwrap() {
        assert_eq!(fold(row["text"].as_str().unwrap()), row["folded"].as_str().unwrap(), "{row}");
    }
}

#[test]
fn tokens_say_what_the_door_reads_in_them() {
    let vectors = vectors(include_str!("../vectors/tickets.json"));
    for row in vectors["tickets"].as_array().unwrap() {
        let (claims, _) = Claims::read(row["token"].as_str().unwrap()).unwrap();
        assert_eq!(format!("{:08x}", claims.key), vectors["kid"].as_str().unwrap());
        assert_eq!(claims.event.to_string(), row["event"].as_str().unwrap());
        assert_eq!(claims.ticket.to_string(), row["ticket"].as_str().unwrap());
        assert_eq!(u64::from(claims.issue), row["issue"].as_u64().unwrap());
    }
}
