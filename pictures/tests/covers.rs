//! Covers from the organizer's file to the card of a link, through the router.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../functions/tests/world/mod.rs"]
mod world;

use image::{DynamicImage, ImageFormat, RgbImage};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::io::Cursor;
use testbed::faults::{Calls, Fault};
use world::fixtures::PHOTO;
use world::{Person, Reply, World};

/// A picture of two colours with as much grain as it takes.
fn painted(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grain = u8::try_from((x * 7919 + y * 104_729) % 23).unwrap();
        if y < height / 2 { image::Rgb([40 + grain, 110, 210]) } else { image::Rgb([60, 130 + grain, 60]) }
    })
}

fn written(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut file, format).unwrap();
    file.into_inner()
}

struct Studio {
    world: World,
    olga: Person,
    event: String,
}

impl Studio {
    async fn new() -> Self {
        let world = World::new().await;
        let olga = world.settle("Olga", true).await;
        let event = world.event(&olga, json!({})).await;
        Studio { world, olga, event }
    }

    async fn ask(&self, body: Value) -> Reply {
        let path = format!("/api/events/{}/cover-uploads", self.event);
        self.world.post(&path, self.olga.token(), body).await
    }

    /// What a browser would have posted; gives the upload's id.
    async fn uploaded(&self, file: impl Into<Vec<u8>>) -> String {
        let form = self.ask(json!({ "content_type": "image/jpeg", "bytes": 1000 })).await.expect(201);
        self.world.objects.put(form.str("/fields/key"), file);
        form.str("/upload")
    }

    async fn set(&self, upload: &str) -> Reply {
        let path = format!("/api/events/{}/cover", self.event);
        self.world.call("PUT", &path, self.olga.token(), json!({ "upload": upload })).await
    }

    async fn remove(&self) -> Reply {
        let path = format!("/api/events/{}/cover", self.event);
        self.world.call("DELETE", &path, self.olga.token(), Value::Null).await
    }

    async fn read(&self) -> Reply {
        self.world.get(&format!("/api/events/{}", self.event), None).await.expect(200)
    }

    /// The problem with a file, as far as it is one of the field that names it.
    async fn refusal(&self, file: impl Into<Vec<u8>>) -> String {
        let upload = self.uploaded(file).await;
        let refused = self.set(&upload).await.expect(422);
        assert_eq!(refused.str("/errors/0/pointer"), "/upload");
        assert!(self.pictures().is_empty(), "nothing was made of it");
        assert!(self.read().await.str("/cover_url").starts_with("/covers/"));
        format!("{}: {}", refused.str("/errors/0/code"), refused.str("/errors/0/detail"))
    }

    fn pictures(&self) -> Vec<String> {
        self.world.objects.keys().into_iter().filter(|key| key.starts_with("pictures/")).collect()
    }
}

#[tokio::test]
async fn a_cover_from_the_form_to_the_card() {
    let studio = Studio::new().await;
    let before = studio.read().await;
    let hue_before = before.json["hue"].clone();

    let form = studio.ask(json!({ "content_type": "image/jpeg", "bytes": PHOTO.len() })).await.expect(201);
    assert_eq!((form.str("/url").as_str(), &form.json["max_bytes"]), ("/uploads", &json!(10_485_760)));
    let upload = form.str("/upload");
    assert_eq!(form.str("/fields/key"), format!("uploads/{}/{upload}", studio.event));
    assert_eq!(form.str("/fields/Content-Type"), "image/jpeg");
    studio.world.objects.put(form.str("/fields/key"), PHOTO);

    let set = studio.set(&upload).await.expect(200);
    let url = set.str("/cover_url");
    let picture = upload.replace("upl_", "pic_");
    assert_eq!(url, format!("/pictures/{picture}-960.jpg"));
    assert_eq!(set.header("etag"), "\"3\"", "a new version");
    let read = studio.read().await;
    assert_eq!((read.str("/cover_url"), &read.json["hue"]), (url, &json!(5)), "a blue photo");
    assert_eq!(studio.pictures().len(), 3);

    // Upright, in the widths that they say, and as wide as it was at most.
    for (width, expected) in [(480, (480, 587)), (960, (900, 1100)), (1600, (900, 1100))] {
        let file = studio.world.objects.get(&format!("pictures/{picture}-{width}.jpg")).unwrap();
        let shown = image::load_from_memory_with_format(&file, ImageFormat::Jpeg).unwrap().into_rgb8();
        assert_eq!(shown.dimensions(), expected, "{width}");
        let [red, green, _] = shown.get_pixel(expected.0 / 2, 10).0;
        assert!(red > 200 && green < 100, "the red stripe is at the top");
    }

    // The same again changes nothing; a repeated request is safe.
    assert_eq!(studio.set(&upload).await.expect(200).header("etag"), "\"3\"");

    // The card has the photo: another than the drawn one, and not asked for twice.
    let card = format!("/e/{}/card.png", read.str("/slug"));
    let shown = studio.world.get(&card, None).await.expect(200);
    assert_eq!(shown.header("content-type"), "image/png");
    let etag = shown.header("etag").to_owned();
    let again = studio.world.call_with("GET", &card, None, &[("if-none-match", &etag)], Value::Null).await;
    assert!(again.expect(304).bytes.is_empty());
    let drawn = image::load_from_memory(&shown.bytes).unwrap().into_rgb8();
    assert_eq!(drawn.dimensions(), (1200, 630));

    // Taken back: drawn again, and gone.
    let removed = studio.remove().await.expect(200);
    assert_eq!((removed.str("/cover_url"), &removed.json["hue"]), (before.str("/cover_url"), &hue_before));
    assert_eq!(studio.pictures(), Vec::<String>::new());
    studio.remove().await.expect(200);
    let bare = studio.world.get(&card, None).await.expect(200);
    assert_ne!(bare.header("etag"), etag);
    studio.world.drain().await;
    assert!(studio.world.outbox.mails().is_empty(), "nobody is mailed a cover");
}

#[tokio::test]
async fn nothing_of_a_file_is_kept_but_its_picture() {
    let holds = |file: &[u8], what: &str| file.windows(what.len()).any(|part| part == what.as_bytes());
    let private = ["Exif", "SecretCam", "Wilhelmina", "xmpmeta", "Darkroom", "2026:11:20"];
    for what in private {
        assert!(holds(PHOTO, what), "the original has {what}");
    }
    let studio = Studio::new().await;
    let upload = studio.uploaded(PHOTO).await;
    studio.set(&upload).await.expect(200);
    for key in studio.pictures() {
        let file = studio.world.objects.get(&key).unwrap();
        for what in private {
            assert!(!holds(&file, what), "{key} has {what}");
        }
        // Every segment up to the picture itself is one that a decoder needs; none is an application's but JFIF's own.
        let mut at = 2;
        while file[at + 1] != 0xDA {
            assert!(!(0xE1..=0xEF).contains(&file[at + 1]) && file[at + 1] != 0xFE, "{key} has a segment of metadata");
            at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        }
    }
}

#[tokio::test]
async fn png_and_webp_are_taken_whatever_they_are_called() {
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg] {
        let studio = Studio::new().await;
        let upload = studio.uploaded(written(painted(800, 500), format)).await;
        studio.set(&upload).await.expect(200);
        assert_eq!(studio.pictures().len(), 3, "{format:?}");
    }
}

#[tokio::test]
async fn bad_files_are_refused_in_words() {
    let studio = Studio::new().await;
    let whole = written(painted(900, 600), ImageFormat::Jpeg);
    let png = written(painted(900, 600), ImageFormat::Png);
    let mut too_large = PHOTO.to_vec();
    too_large.resize(11 * 1024 * 1024, 0);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (b"Dear guests, this is no picture at all.".to_vec(), "not_a_picture: is not a JPEG, PNG or WebP file"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "not_a_picture: is not a JPEG, PNG or WebP file"),
        (too_large, "file_too_large: is larger than 10 MB"),
        (whole[..whole.len() / 2].to_vec(), "picture_damaged: is damaged or incomplete"),
        (whole[..200].to_vec(), "picture_damaged: is damaged or incomplete"),
        (png[..png.len() / 2].to_vec(), "picture_damaged: is damaged or incomplete"),
        (bomb(60_000, 60_000), "too_many_pixels: has more than 50 million pixels"),
        (bomb(1_000_000, 60), "too_many_pixels: has more than 50 million pixels"),
        (bomb(7_000, 7_000), "picture_damaged: is damaged or incomplete"),
        (written(painted(300, 200), ImageFormat::Png), "picture_too_small: is 300 x 200 pixels small"),
        (written(painted(2_000, 400), ImageFormat::Png), "picture_too_narrow: is too long for a cover"),
        (written(painted(500, 1_600), ImageFormat::Png), "picture_too_narrow: is too long for a cover"),
    ];
    for (file, words) in cases {
        let said = studio.refusal(file).await;
        assert!(said.contains(words), "{said:?} and not {words:?}");
    }
}

/// A PNG of a few bytes that says that it is so large (PNG specification, 11.2.1), with nothing in it.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
        chunk.extend(kind);
        chunk.extend(data);
        let crc = crc(&chunk[4..]);
        chunk.extend(crc.to_be_bytes());
        chunk
    };
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    // An empty stream of zlib.
    let empty = [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];
    [b"\x89PNG\r\n\x1A\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &empty), chunk(b"IEND", &[])].concat()
}

/// The check sum of a PNG's chunks (PNG specification, annex D).
fn crc(bytes: &[u8]) -> u32 {
    let turned = |byte: u32| (0..8).fold(byte, |c, _| if c & 1 == 1 { 0xEDB8_8320 ^ (c >> 1) } else { c >> 1 });
    !bytes.iter().fold(!0, |c, byte| turned((c ^ u32::from(*byte)) & 0xFF) ^ (c >> 8))
}

#[tokio::test]
async fn an_upload_is_of_one_event_and_must_be_there() {
    let studio = Studio::new().await;
    let absent = studio.set("upl_00000000000000000000000001").await.expect(422);
    assert!(absent.str("/errors/0/detail").starts_with("isn't there"));
    let rival = studio.world.settle("Rosa", true).await;
    let theirs = studio.world.event(&rival, json!({ "name": "Quiz Night" })).await;
    let upload = studio.uploaded(PHOTO).await;
    let path = format!("/api/events/{theirs}/cover");
    let taken = studio.world.call("PUT", &path, rival.token(), json!({ "upload": upload })).await.expect(422);
    assert!(taken.str("/errors/0/detail").starts_with("isn't there"), "what somebody else uploaded is not mine");

    let refused = studio.ask(json!({ "content_type": "image/gif", "bytes": 10 })).await.expect(422);
    assert_eq!(refused.str("/errors/0/pointer"), "/content_type");
    let refused = studio.ask(json!({ "content_type": "image/png", "bytes": 11 * 1024 * 1024 })).await.expect(422);
    assert_eq!(refused.str("/errors/0/pointer"), "/bytes");
    let path = format!("/api/events/{}", studio.event);
    let linked = json!({ "cover": "https://example.org/cover.jpg" });
    assert_eq!(studio.world.patch(&path, studio.olga.token(), linked).await.problem(422), "invalid", "no free link");
}

#[tokio::test]
async fn a_new_cover_takes_the_old_one_away() {
    let studio = Studio::new().await;
    let first = studio.uploaded(PHOTO).await;
    studio.set(&first).await.expect(200);
    let second = studio.uploaded(written(painted(1_000, 600), ImageFormat::Png)).await;
    studio.set(&second).await.expect(200);
    let id = second.replace("upl_", "pic_");
    assert!(studio.pictures().iter().all(|key| key.contains(&id)), "{:?}", studio.pictures());
    // What stays because S3 fails is no fault of the request.
    studio.world.faults.from(Calls::To("DeleteObject"), 0, Fault::ServerError);
    studio.set(&first).await.expect(200);
    studio.world.faults.clear();
    assert_eq!(studio.read().await.str("/cover_url"), format!("/pictures/{}-960.jpg", first.replace("upl_", "pic_")));
}

#[tokio::test]
async fn what_shall_go_goes_before_the_event_forgets_it() {
    let studio = Studio::new().await;
    let upload = studio.uploaded(PHOTO).await;
    studio.set(&upload).await.expect(200);
    studio.world.faults.from(Calls::To("DeleteObject"), 0, Fault::ServerError);
    studio.remove().await.expect(500);
    assert!(studio.read().await.str("/cover_url").starts_with("/pictures/"), "the event still knows of it");
    studio.world.faults.clear();
    studio.remove().await.expect(200);
    assert!(studio.pictures().is_empty());
}

/// Whatever dies between the pictures and the event, the event never shows what isn't there, and a repetition mends it.
#[tokio::test]
async fn a_crash_leaves_the_event_as_it_was() {
    let studio = Studio::new().await;
    let upload = studio.uploaded(PHOTO).await;
    for step in 0.. {
        studio.world.faults.clear();
        studio.world.faults.crash_at(step);
        let reply = studio.set(&upload).await;
        let crashed = studio.world.faults.crashed();
        studio.world.faults.clear();
        let shown = studio.read().await.str("/cover_url");
        if shown.starts_with("/pictures/") {
            assert!(studio.world.objects.get(&shown[1..]).is_some());
        }
        if !crashed {
            reply.expect(200);
            break;
        }
    }
    assert_eq!(studio.pictures().len(), 3);
}

#[tokio::test]
async fn two_changes_at_once_don_t_undo_each_other() {
    let studio = Studio::new().await;
    let upload = studio.uploaded(PHOTO).await;
    let path = format!("/api/events/{}", studio.event);
    let renamed = async {
        studio.world.patch(&path, studio.olga.token(), json!({ "description": "Bring a blanket." })).await.expect(200)
    };
    let (set, _) = tokio::join!(studio.set(&upload), renamed);
    set.expect(200);
    let read = studio.read().await;
    assert!(read.str("/cover_url").starts_with("/pictures/") && read.str("/description") == "Bring a blanket.");
    // And who says what they saw is refused when it has changed.
    let path = format!("{path}/cover");
    let stale = [("if-match", "\"1\"")];
    let body = json!({ "upload": upload });
    let refused = studio.world.call_with("PUT", &path, studio.olga.token(), &stale, body).await;
    assert_eq!(refused.problem(412), "changed_meanwhile");
}

#[tokio::test]
async fn a_cover_is_work_and_is_not_done_without_end() {
    let studio = Studio::new().await;
    for _ in 0..60 {
        studio.ask(json!({ "content_type": "image/png", "bytes": 10 })).await.expect(201);
    }
    let refused = studio.ask(json!({ "content_type": "image/png", "bytes": 10 })).await;
    assert_eq!(refused.problem(429), "too_many_requests");
    studio.world.advance(SignedDuration::from_hours(1));
    let olga = Person { token: studio.world.sign_in(&studio.olga.email).await.token, ..studio.olga.clone() };
    let path = format!("/api/events/{}/cover-uploads", studio.event);
    let body = json!({ "content_type": "image/png", "bytes": 10 });
    studio.world.post(&path, olga.token(), body).await.expect(201);
}

#[tokio::test]
async fn the_card_of_a_draft_is_nobody_s_and_that_of_a_change_is_another() {
    let studio = Studio::new().await;
    let world = &studio.world;
    let draft = world.draft(&studio.olga, json!({ "name": "Solaris" })).await;
    let slug = world.get(&format!("/api/events/{draft}"), studio.olga.token()).await.expect(200).str("/slug");
    assert_eq!(world.get(&format!("/e/{slug}/card.png"), None).await.problem(404), "event_not_found");

    let card = format!("/e/{}/card.png?v=2", studio.read().await.str("/slug"));
    let first = world.get(&card, None).await.expect(200);
    assert!(first.header("cache-control").starts_with("public, max-age="));
    let next = format!("{}3", card.trim_end_matches('2'));
    // Nobody has the card of today kept under an address of tomorrow, and no other address is worth a drawing.
    let leads = async |from: &str, to: &str| {
        let reply = world.call_with("GET", from, None, &[("if-none-match", "*")], Value::Null).await.expect(302);
        assert_eq!((reply.header("location"), reply.header("cache-control")), (to, "no-store"), "{from}");
        assert!(reply.bytes.is_empty());
    };
    leads(&next, &card).await;
    leads(&format!("{card}000000"), &card).await;
    let path = format!("/api/events/{}", studio.event);
    world.patch(&path, studio.olga.token(), json!({ "description": "Not on the card." })).await.expect(200);
    leads(&card, &next).await;
    let same = world.get(&next, None).await.expect(200);
    assert_eq!((same.header("etag"), &same.bytes), (first.header("etag"), &first.bytes));
    world.patch(&path, studio.olga.token(), json!({ "name": "Джаз в парке 🎷" })).await.expect(200);
    let other = world.get(next.split_once('?').unwrap().0, None).await.expect(200);
    assert_ne!(other.header("etag"), first.header("etag"));
}
