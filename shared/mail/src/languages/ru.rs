//! Russian.

use super::{Spoken, Words};
use jiff::civil::Date;

const WEEKDAYS: [&str; 7] = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"];

/// In the genitive, as after a day's number.
const MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

pub(super) const SPOKEN: Spoken = Spoken {
    code: "ru",
    words: Words {
        today: "сегодня",
        tomorrow: "завтра",
        when: "Когда",
        place: "Где",
        online: "Онлайн",
        organizer: "Организатор",
        map: "Показать на карте",
        or_open: "Или откройте ссылку",
        ticket: "Билет",
        qr_alt: "QR-код билета:",
        ticket_page: "Страница билета",
        before: "Было",
        now: "Стало",
        none: "нет",
        unsubscribe: "Не присылать такие письма",
        reply: "Есть вопросы? Просто ответьте на это письмо, его получит",
        why_account: "Вы получили это письмо, потому что кто-то указал ваш адрес в Guestlist.",
        why_guest: "Вы получили это письмо, потому что вы бронировали место в Guestlist.",
        why_organizer: "Вы получили это письмо, потому что вы организуете это событие в Guestlist.",
    },
    day,
    zone,
    your_time: |time, zone| format!("по вашему времени: {time} ({zone})"),
    lasts,
    plural: |n| form(n),
    forms: 3,
    templates: TEMPLATES,
};

/// "21 ноября, суббота" or "8 января 2027, пятница"
fn day(date: Date, with_year: bool) -> String {
    let weekday = WEEKDAYS[date.weekday().to_monday_zero_offset() as usize];
    let month = MONTHS[date.month() as usize - 1];
    let year = if with_year { format!(" {}", date.year()) } else { String::new() };
    format!("{} {month}{year}, {weekday}", date.day())
}

/// Which form goes with a number: 1 место, 2 места, 5 мест (Unicode CLDR, plural rules of Russian).
const fn form(n: u64) -> usize {
    match (n % 10, n % 100) {
        (_, 11..=14) => 2,
        (1, _) => 0,
        (2..=4, _) => 1,
        _ => 2,
    }
}

/// After a verb, so in the accusative: "1 минуту", "2 минуты", "30 минут", "1 час".
fn lasts(minutes: u32) -> String {
    let (count, forms) = match minutes {
        m if m > 1_440 && m % 1_440 == 0 => (m / 1_440, ["день", "дня", "дней"]),
        m if m > 0 && m % 60 == 0 => (m / 60, ["час", "часа", "часов"]),
        m => (m, ["минуту", "минуты", "минут"]),
    };
    format!("{count} {}", forms[form(count.into())])
}

/// How a zone is called. A zone that isn't here keeps its IANA name, which is at least exact.
fn zone(iana: &str) -> String {
    let known = ZONES.iter().find(|(name, _)| *name == iana);
    known.map_or_else(|| iana.to_owned(), |(_, called)| (*called).to_owned())
}

#[rustfmt::skip]
const ZONES: &[(&str, &str)] = &[
    ("Europe/Kaliningrad", "калининградское время"),
    ("Europe/Moscow", "московское время"),
    ("Europe/Simferopol", "время Симферополя"),
    ("Europe/Kirov", "время Кирова"),
    ("Europe/Volgograd", "волгоградское время"),
    ("Europe/Astrakhan", "астраханское время"),
    ("Europe/Samara", "самарское время"),
    ("Europe/Saratov", "саратовское время"),
    ("Europe/Ulyanovsk", "ульяновское время"),
    ("Asia/Yekaterinburg", "екатеринбургское время"),
    ("Asia/Omsk", "омское время"),
    ("Asia/Novosibirsk", "новосибирское время"),
    ("Asia/Barnaul", "барнаульское время"),
    ("Asia/Tomsk", "томское время"),
    ("Asia/Novokuznetsk", "время Новокузнецка"),
    ("Asia/Krasnoyarsk", "красноярское время"),
    ("Asia/Irkutsk", "иркутское время"),
    ("Asia/Chita", "читинское время"),
    ("Asia/Yakutsk", "якутское время"),
    ("Asia/Vladivostok", "владивостокское время"),
    ("Asia/Sakhalin", "сахалинское время"),
    ("Asia/Magadan", "магаданское время"),
    ("Asia/Kamchatka", "камчатское время"),
    ("Europe/Minsk", "минское время"),
    ("Europe/Kyiv", "киевское время"),
    ("Europe/Kiev", "киевское время"),
    ("Europe/Chisinau", "время Кишинёва"),
    ("Europe/Riga", "рижское время"),
    ("Europe/Vilnius", "время Вильнюса"),
    ("Europe/Tallinn", "таллинское время"),
    ("Europe/Helsinki", "время Хельсинки"),
    ("Europe/Warsaw", "варшавское время"),
    ("Europe/Berlin", "берлинское время"),
    ("Europe/Prague", "пражское время"),
    ("Europe/Vienna", "венское время"),
    ("Europe/Belgrade", "белградское время"),
    ("Europe/Paris", "парижское время"),
    ("Europe/Amsterdam", "время Амстердама"),
    ("Europe/Madrid", "мадридское время"),
    ("Europe/Lisbon", "лиссабонское время"),
    ("Europe/Rome", "римское время"),
    ("Europe/London", "лондонское время"),
    ("Europe/Istanbul", "стамбульское время"),
    ("Asia/Tbilisi", "тбилисское время"),
    ("Asia/Yerevan", "ереванское время"),
    ("Asia/Baku", "бакинское время"),
    ("Asia/Almaty", "алматинское время"),
    ("Asia/Tashkent", "ташкентское время"),
    ("Asia/Bishkek", "бишкекское время"),
    ("Asia/Dushanbe", "время Душанбе"),
    ("Asia/Jerusalem", "иерусалимское время"),
    ("Asia/Nicosia", "время Никосии"),
    ("Asia/Dubai", "время Дубая"),
    ("Asia/Kathmandu", "время Катманду"),
    ("Asia/Kolkata", "индийское время"),
    ("Asia/Bangkok", "время Бангкока"),
    ("Asia/Shanghai", "пекинское время"),
    ("Asia/Tokyo", "токийское время"),
    ("America/New_York", "нью-йоркское время"),
    ("America/Chicago", "чикагское время"),
    ("America/Los_Angeles", "время Лос-Анджелеса"),
    ("America/Argentina/Buenos_Aires", "время Буэнос-Айреса"),
    ("America/Sao_Paulo", "время Сан-Паулу"),
];

#[rustfmt::skip]
const TEMPLATES: &[(&str, &str)] = &[
    ("verify_email/ru.subject.txt", include_str!("../../templates/verify_email/ru.subject.txt")),
    ("verify_email/ru.body.txt", include_str!("../../templates/verify_email/ru.body.txt")),
    ("verify_email/ru.body.html", include_str!("../../templates/verify_email/ru.body.html")),
    ("reset_password/ru.subject.txt", include_str!("../../templates/reset_password/ru.subject.txt")),
    ("reset_password/ru.body.txt", include_str!("../../templates/reset_password/ru.body.txt")),
    ("reset_password/ru.body.html", include_str!("../../templates/reset_password/ru.body.html")),
    ("already_registered/ru.subject.txt", include_str!("../../templates/already_registered/ru.subject.txt")),
    ("already_registered/ru.body.txt", include_str!("../../templates/already_registered/ru.body.txt")),
    ("already_registered/ru.body.html", include_str!("../../templates/already_registered/ru.body.html")),
    ("ticket/ru.subject.txt", include_str!("../../templates/ticket/ru.subject.txt")),
    ("ticket/ru.body.txt", include_str!("../../templates/ticket/ru.body.txt")),
    ("ticket/ru.body.html", include_str!("../../templates/ticket/ru.body.html")),
    ("booking_cancelled/ru.subject.txt", include_str!("../../templates/booking_cancelled/ru.subject.txt")),
    ("booking_cancelled/ru.body.txt", include_str!("../../templates/booking_cancelled/ru.body.txt")),
    ("booking_cancelled/ru.body.html", include_str!("../../templates/booking_cancelled/ru.body.html")),
    ("event_changed/ru.subject.txt", include_str!("../../templates/event_changed/ru.subject.txt")),
    ("event_changed/ru.body.txt", include_str!("../../templates/event_changed/ru.body.txt")),
    ("event_changed/ru.body.html", include_str!("../../templates/event_changed/ru.body.html")),
    ("event_cancelled/ru.subject.txt", include_str!("../../templates/event_cancelled/ru.subject.txt")),
    ("event_cancelled/ru.body.txt", include_str!("../../templates/event_cancelled/ru.body.txt")),
    ("event_cancelled/ru.body.html", include_str!("../../templates/event_cancelled/ru.body.html")),
    ("reminder_day_before/ru.subject.txt", include_str!("../../templates/reminder_day_before/ru.subject.txt")),
    ("reminder_day_before/ru.body.txt", include_str!("../../templates/reminder_day_before/ru.body.txt")),
    ("reminder_day_before/ru.body.html", include_str!("../../templates/reminder_day_before/ru.body.html")),
    ("reminder_hour_before/ru.subject.txt", include_str!("../../templates/reminder_hour_before/ru.subject.txt")),
    ("reminder_hour_before/ru.body.txt", include_str!("../../templates/reminder_hour_before/ru.body.txt")),
    ("reminder_hour_before/ru.body.html", include_str!("../../templates/reminder_hour_before/ru.body.html")),
    ("announcement/ru.subject.txt", include_str!("../../templates/announcement/ru.subject.txt")),
    ("announcement/ru.body.txt", include_str!("../../templates/announcement/ru.body.txt")),
    ("announcement/ru.body.html", include_str!("../../templates/announcement/ru.body.html")),
    ("new_booking/ru.subject.txt", include_str!("../../templates/new_booking/ru.subject.txt")),
    ("new_booking/ru.body.txt", include_str!("../../templates/new_booking/ru.body.txt")),
    ("new_booking/ru.body.html", include_str!("../../templates/new_booking/ru.body.html")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_their_form() {
        let forms = ["место", "места", "мест"];
        let table = [
            (0, "мест"),
            (1, "место"),
            (2, "места"),
            (4, "места"),
            (5, "мест"),
            (10, "мест"),
            (11, "мест"),
            (12, "мест"),
            (14, "мест"),
            (19, "мест"),
            (21, "место"),
            (22, "места"),
            (25, "мест"),
            (100, "мест"),
            (101, "место"),
            (111, "мест"),
            (112, "мест"),
            (121, "место"),
            (1_002, "места"),
            (1_011, "мест"),
        ];
        for (n, expected) in table {
            assert_eq!(forms[form(n)], expected, "{n}");
        }
    }

    #[test]
    fn durations_are_in_the_accusative() {
        let table = [
            (1, "1 минуту"),
            (3, "3 минуты"),
            (15, "15 минут"),
            (60, "1 час"),
            (120, "2 часа"),
            (1_440, "24 часа"),
            (43_200, "30 дней"),
        ];
        for (minutes, expected) in table {
            assert_eq!(lasts(minutes), expected);
        }
    }

    #[test]
    fn every_named_zone_exists() {
        for (name, _) in ZONES {
            assert!(jiff::tz::TimeZone::get(name).is_ok(), "{name}");
        }
    }
}
