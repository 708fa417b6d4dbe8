//! `cargo xtask new`: the start of a function, which compiles as it is.

mod consumer;
mod route;
mod schedule;

use crate::{Result, pascal_case, read, write};
use std::path::Path;

/// What starts a function.
#[derive(Debug, PartialEq)]
enum Start {
    /// A request.
    Route { method: String, path: String },
    /// A tick.
    Schedule { minutes: u32 },
    /// Messages of a queue.
    Consumer { queue: String },
}

/// Starts a function: writes its file, its module, its registry line and its sample. `start` is what starts it: a method and a
/// path, such as `GET /api/events/{event}`; `every 5 minutes`; or `from texts`, where `texts` is a queue. Where it isn't said,
/// a route is guessed, to be put right by hand. Gives lines that say what to do next.
///
/// # Errors
/// The name isn't `noun/verb_noun`, or there is such a function; or what starts it isn't any of these.
pub fn function(root: &Path, name: &str, start: Option<&str>) -> Result<Vec<String>> {
    let (noun, function) = parts(name)?;
    let type_name = pascal_case(function);
    let sources = root.join("functions/src");
    let file = sources.join(noun).join(format!("{function}.rs"));
    if file.exists() {
        return Err(format!("there is a function {noun}/{function} already"));
    }
    let start = match start {
        Some(start) => read_start(start)?,
        None => route::likely(noun, function),
    };
    let (kind, source, sample) = match &start {
        Start::Route { method, path } => {
            ("route", route::source(function, &type_name, method, path), route::sample(method, path))
        }
        Start::Schedule { minutes } => {
            ("schedule", schedule::source(function, &type_name, *minutes), schedule::sample(function))
        }
        Start::Consumer { queue } => {
            consumer::queue(root, queue)?;
            ("consumer", consumer::source(function, &type_name, queue), consumer::sample(queue))
        }
    };

    let registry = read(&sources.join("lib.rs"))?;
    let is_new_noun = !sources.join(noun).join("mod.rs").exists();
    let registry = if is_new_noun { with_module(&registry, noun)? } else { registry };
    let registry = with_line(&registry, noun, &format!("{kind}::<{noun}::{function}::{type_name}>(),"))?;
    let modules = if is_new_noun {
        format!("//! {}.\n\npub mod {function};\n", words(noun))
    } else {
        with_module(&read(&sources.join(noun).join("mod.rs"))?, function)?
    };
    let sample = serde_json::to_string_pretty(&sample).map_err(|why| why.to_string())? + "\n";

    write(&file, &source)?;
    write(&sources.join(noun).join("mod.rs"), &modules)?;
    write(&sources.join("lib.rs"), &registry)?;
    write(&root.join("events").join(noun).join(format!("{function}.json")), &sample)?;
    Ok(next(noun, function, &start))
}

fn next(noun: &str, function: &str, start: &Start) -> Vec<String> {
    let (consts, sample) = match start {
        Start::Route { .. } => ("fields, ROUTE, CALLER and GRANTS", "a request that the right caller gets its 2xx for"),
        Start::Schedule { .. } => ("EVERY and GRANTS", "a tick, as it is"),
        Start::Consumer { .. } => ("fields, SOURCE and GRANTS", "a message that it takes"),
    };
    let mut lines = vec![
        format!(
            "wrote functions/src/{noun}/{function}.rs, its line in functions/src/lib.rs, events/{noun}/{function}.json"
        ),
        "Next, as docs/ADDING_A_FUNCTION.md has it:".to_owned(),
        format!("  1. the function's doc comment, {consts}"),
        "  2. the rule in shared/domain, with its tests; what it loads in shared/store".to_owned(),
        "  3. run: load, decide, commit, reply".to_owned(),
        format!("  4. the sample: {sample}"),
        "  5. cargo xtask generate, then cargo xtask test".to_owned(),
    ];
    if let Start::Consumer { queue } = start {
        lines.push(format!("  6. whoever sends to it: the grant send({})", consumer::constant(queue)));
    }
    lines
}

/// What starts a function, as it is said.
fn read_start(text: &str) -> Result<Start> {
    match text.split_once(' ') {
        Some(("every", every)) => schedule::read(every),
        Some(("from", queue)) => consumer::read(queue),
        _ => route::read(text),
    }
}

fn parts(name: &str) -> Result<(&str, &str)> {
    let fits = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    match name.split_once('/') {
        Some((noun, function)) if fits(noun) && fits(function) && function.contains('_') => Ok((noun, function)),
        _ => Err(format!("{name:?} isn't NOUN/VERB_NOUN, such as bookings/book_place")),
    }
}

/// A name in words.
fn words(name: &str) -> String {
    let name = name.replace('_', " ");
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A source with one more `pub mod`, in its place by the alphabet.
fn with_module(text: &str, name: &str) -> Result<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let line = format!("pub mod {name};");
    let is_module = |line: &str| line.starts_with("pub mod ") || line.starts_with("mod ");
    let bare = |line: &str| line.trim_start_matches("pub ").to_owned();
    let at = lines.iter().position(|held| is_module(held) && bare(held) > bare(&line));
    let at = at.or_else(|| lines.iter().rposition(|held| is_module(held)).map(|last| last + 1));
    let at = at.ok_or("no `pub mod` to stand beside")?;
    lines.insert(at, &line);
    Ok(lines.join("\n") + "\n")
}

/// The registry with one more line, at the end of its noun's.
fn with_line(text: &str, noun: &str, entry: &str) -> Result<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let is_entry =
        |line: &str| ["route::<", "schedule::<", "consumer::<"].iter().any(|kind| line.trim().starts_with(kind));
    let of_noun = format!("::<{noun}::");
    let last = lines.iter().rposition(|line| is_entry(line) && line.contains(&of_noun));
    let entry = format!("        {entry}");
    match last {
        Some(last) => lines.insert(last + 1, entry),
        None => {
            let last =
                lines.iter().rposition(|line| is_entry(line)).ok_or("the registry has no line to stand beside")?;
            lines.insert(last + 1, format!("        // {noun}"));
            lines.insert(last + 2, entry);
        }
    }
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_is_noun_and_verb_noun() {
        assert_eq!(parts("bookings/book_place"), Ok(("bookings", "book_place")));
        for name in
            ["book_place", "bookings/book", "Bookings/book_place", "bookings/../x_y", "bookings/book-place", "/a_b"]
        {
            assert!(parts(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_starts_it_is_read() {
        let route = Start::Route { method: "GET".to_owned(), path: "/api/x/{y}".to_owned() };
        assert_eq!(read_start("GET /api/x/{y}"), Ok(route));
        assert_eq!(read_start("every 5 minutes"), Ok(Start::Schedule { minutes: 5 }));
        assert_eq!(read_start("every minute"), Ok(Start::Schedule { minutes: 1 }));
        assert_eq!(read_start("from texts"), Ok(Start::Consumer { queue: "texts".to_owned() }));
        for bad in
            ["approve", "LOOK /api/x", "every 0 minutes", "every 90 seconds", "every", "from", "from Texts", "from a b"]
        {
            assert!(read_start(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lines_go_to_their_place() {
        let modules = "//! Things.\n\npub mod ask_thing;\nmod views;\n\npub use views::View;\n";
        let with = with_module(modules, "read_thing").unwrap();
        assert_eq!(
            with,
            "//! Things.\n\npub mod ask_thing;\npub mod read_thing;\nmod views;\n\npub use views::View;\n"
        );
        assert!(with_module(modules, "zap_thing").unwrap().contains("mod views;\npub mod zap_thing;\n"));

        let registry = "vec![\n        // a\n        route::<a::x_a::XA>(),\n        // b\n        route::<b::x_b::XB>(),\n    ]\n";
        let with = with_line(registry, "a", "route::<a::y_a::YA>(),").unwrap();
        assert!(with.contains("XA>(),\n        route::<a::y_a::YA>(),\n        // b"), "{with}");
        let with = with_line(registry, "c", "route::<c::x_c::XC>(),").unwrap();
        assert!(with.contains("XB>(),\n        // c\n        route::<c::x_c::XC>(),\n    ]"), "{with}");
    }
}
