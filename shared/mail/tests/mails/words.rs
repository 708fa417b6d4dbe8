//! What the mails say.

use super::*;
use mail::PlaceLine;

#[test]
fn the_words_of_every_mail() {
    for language in Language::ALL {
        for (number, content) in samples(&starts()).iter().enumerate() {
            let mail = written(content, *language);
            insta::assert_snapshot!(
                format!("{}-{number:02}-{}", language.code(), content.name()),
                format!("Subject: {}\n\n{}", mail.subject, mail.text)
            );
        }
    }
}

#[test]
fn the_html_of_the_ticket() {
    insta::assert_snapshot!("ticket-html", written(&sample("ticket"), Language::En).html);
}

#[test]
fn every_mail_has_a_sample_and_every_sample_a_name() {
    let mut sampled: Vec<&str> = samples(&starts()).iter().map(Content::name).collect();
    sampled.dedup();
    assert_eq!(sampled, Content::NAMES);
}

/// Gmail cuts the HTML of a mail at 102 kB.
#[test]
fn every_mail_is_complete_and_small() {
    for language in Language::ALL {
        for content in samples(&starts()) {
            let (name, mail) = (content.name(), written(&content, *language));
            assert!(!mail.subject.is_empty() && mail.subject.chars().count() <= 120, "{name}: {}", mail.subject);
            assert!(mail.html.len() < 50_000, "{name} has {} bytes", mail.html.len());
            assert!(mail.html.contains(&format!("<html lang=\"{}\">", language.code())), "{name}");
            for text in [&mail.subject, &mail.text, &mail.html] {
                assert!(!text.contains("{{") && !text.contains("{%") && !text.contains("none\n"), "{name}: {text}");
            }
            // What the HTML links to, the text has too, but for pictures.
            for link in mail.html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                let link = link.replace("&#x2f;", "/").replace("&amp;", "&");
                assert!(mail.text.contains(&link), "{name} lacks {link}");
            }
        }
    }
}

#[test]
fn a_russian_mail_has_no_english_words_of_ours() {
    for content in samples(&starts()) {
        let mail = written(&content, Language::Ru);
        for word in ["Open", "Your", "ticket:", "When", "Where", "Organizer:", "Before:", "Questions"] {
            assert!(!mail.text.contains(word), "{}: {word}\n{}", content.name(), mail.text);
        }
    }
}

#[test]
fn the_code_is_in_the_subject() {
    for language in Language::ALL {
        assert!(written(&sample("verify_email"), *language).subject.contains("482915"));
    }
}

#[test]
fn what_is_empty_leaves_no_gap() {
    let bare = EventCard {
        place: Some(PlaceLine { name: " ".into(), address: String::new(), map_link: None, coordinates: None }),
        ..event()
    };
    for language in Language::ALL {
        for content in [
            Content::Announcement { event: bare.clone(), title: "News".into(), body: " \n\n ".into() },
            Content::EventCancelled { event: bare.clone(), message: Some(" \n".into()), calendar: slot() },
        ] {
            let mail = compose(&content, &Recipient { name: String::new(), ..reader(*language) }, &delivery()).unwrap();
            assert!(!mail.text.contains("\n\n\n") && !mail.text.contains("None"), "{}", mail.text);
            assert!(!mail.html.contains("Where") && !mail.html.contains("Где"), "{}", mail.html);
            assert!(!mail.text.contains("writes:") && !mail.text.contains("Что пишет"), "{}", mail.text);
        }
    }
}
