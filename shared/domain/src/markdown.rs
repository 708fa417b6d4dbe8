//! Descriptions: Markdown (CommonMark) that strangers wrote, shown safely. Nothing they write becomes HTML of theirs.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd};

/// How deep quotes, lists, links and the like may lie within each other. What lies deeper is shown without its marks.
const DEEPEST: usize = 24;
/// The most bytes of HTML that a description becomes. Together with its text it must fit into an item of DynamoDB (400 KB):
/// the answer to a request with an `Idempotency-Key` is stored.
const LARGEST: usize = 200_000;

/// Markdown as HTML that is safe to put into a page. Raw HTML is shown as the text it is; only links to web pages and mail
/// addresses are links, and say that we don't vouch for them; a picture from elsewhere, which would tell its server who
/// reads, is a link named by its alternative text; headings begin at `<h3>`, below those of the page, and skip no level.
///
/// A few marks can become many times as much HTML. Where that is more than anybody's description needs, the text is shown
/// as it was written.
pub fn html(markdown: &str) -> String {
    let html = marked_up(markdown);
    if html.len() <= LARGEST { html } else { format!("<p>{}</p>\n", escaped(markdown)) }
}

fn marked_up(markdown: &str) -> String {
    let mut safe = Vec::new();
    let mut depth = 0;
    // For each link or picture that is open: whether it was written as a link. One within another isn't.
    let mut open: Vec<bool> = Vec::new();
    // Where the picture that is open now began, for one without alternative text.
    let mut picture: Option<(usize, CowStr<'_>)> = None;
    // The headings that what is read now stands under, as they were written.
    let mut above: Vec<HeadingLevel> = Vec::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        match event {
            // An end is outside of what it ends.
            Event::Start(_) if depth > DEEPEST => safe.push(Event::SoftBreak),
            Event::End(_) if depth >= DEEPEST => {}
            Event::Html(text) | Event::InlineHtml(text) => safe.push(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) => safe.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => safe.push(Event::End(TagEnd::Paragraph)),
            Event::Start(Tag::Heading { level, .. }) => {
                above.retain(|upper| *upper < level);
                above.push(level);
                safe.push(Event::Start(Tag::Heading {
                    level: lowered(&above),
                    id: None,
                    classes: Vec::new(),
                    attrs: Vec::new(),
                }));
            }
            Event::End(TagEnd::Heading(_)) => safe.push(Event::End(TagEnd::Heading(lowered(&above)))),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let url = if link_type == LinkType::Email { format!("mailto:{dest_url}").into() } else { dest_url };
                opened(&url, &mut open, &mut safe);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                opened(&dest_url, &mut open, &mut safe);
                picture = Some((safe.len(), dest_url));
            }
            Event::End(end @ (TagEnd::Link | TagEnd::Image)) => {
                if let (TagEnd::Image, Some((began, url))) = (end, picture.take())
                    && began == safe.len()
                {
                    safe.push(Event::Text(url));
                }
                if open.pop() == Some(true) {
                    safe.push(Event::Html("</a>".into()));
                }
            }
            other => safe.push(other),
        }
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, safe.into_iter());
    html
}

/// The text of Markdown without its marks, in one line of at most `max_chars` characters; what was cut ends in `…`, after
/// a whole word where there is one. It is text and not HTML: whoever shows it escapes it.
pub fn plain(markdown: &str, max_chars: usize) -> String {
    let mut text = String::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(piece) | Event::Code(piece) | Event::Html(piece) | Event::InlineHtml(piece) => {
                text.push_str(&piece);
            }
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image) | Event::Start(_) => {}
            _ => text.push(' '),
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= max_chars {
        return text;
    }
    let cut: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    let goes_on = text[cut.len()..].starts_with(' ');
    let whole = if goes_on { cut.as_str() } else { cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words) };
    let mark = if max_chars == 0 { "" } else { "…" };
    format!("{}{mark}", whole.trim_end())
}

/// The level of the last of these headings, each under the one before: who reads by headings finds none missing in between.
fn lowered(above: &[HeadingLevel]) -> HeadingLevel {
    match above.len() {
        0 | 1 => HeadingLevel::H3,
        2 => HeadingLevel::H4,
        3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

fn opened<'a>(url: &str, open: &mut Vec<bool>, safe: &mut Vec<Event<'a>>) {
    let is_link = leads_out(url) && !open.contains(&true);
    open.push(is_link);
    if is_link {
        let tag = format!(r#"<a href="{}" rel="nofollow ugc noopener">"#, escaped(url));
        safe.push(Event::Html(tag.into()));
    }
}

/// Whether an address is one of the kinds that may be a link. The list is of what is allowed: what browsers make of
/// anything else (control characters in a scheme, for one) doesn't matter.
fn leads_out(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| {
        url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && url.len() > scheme.len()
    })
}

/// For an attribute in double quotes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REL: &str = r#"rel="nofollow ugc noopener""#;

    #[test]
    fn what_people_write_is_shown() {
        let cases = [
            ("Hello *you* and **all**", "<p>Hello <em>you</em> and <strong>all</strong></p>\n".to_owned()),
            ("# Big\n\n## Less\n\n##### Small", "<h3>Big</h3>\n<h4>Less</h4>\n<h5>Small</h5>\n".to_owned()),
            ("## One\n\n#### Part\n\n## Two", "<h3>One</h3>\n<h4>Part</h4>\n<h3>Two</h3>\n".to_owned()),
            ("### Deep\n\n# High", "<h3>Deep</h3>\n<h3>High</h3>\n".to_owned()),
            (
                "[site](https://example.org/?a=1&b=2)",
                format!("<p><a href=\"https://example.org/?a=1&amp;b=2\" {REL}>site</a></p>\n"),
            ),
            ("<HTTP://example.org>", format!("<p><a href=\"HTTP://example.org\" {REL}>HTTP://example.org</a></p>\n")),
            ("<ada@example.org>", format!("<p><a href=\"mailto:ada@example.org\" {REL}>ada@example.org</a></p>\n")),
            ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n".to_owned()),
            (
                "![a *cat*](https://example.org/cat.png)",
                format!("<p><a href=\"https://example.org/cat.png\" {REL}>a <em>cat</em></a></p>\n"),
            ),
            (
                "![](https://example.org/cat.png)",
                format!("<p><a href=\"https://example.org/cat.png\" {REL}>https://example.org/cat.png</a></p>\n"),
            ),
            (
                "[![cat](https://example.org/cat.png)](https://example.org)",
                format!("<p><a href=\"https://example.org\" {REL}>cat</a></p>\n"),
            ),
        ];
        for (markdown, expected) in cases {
            assert_eq!(html(markdown), expected, "{markdown}");
        }
    }

    #[test]
    fn marks_within_marks_end_somewhere() {
        for mark in ["> ", "- ", "1. ", "> - ", "*a ", "**a ", "[a"] {
            let closed = if mark.starts_with('*') { "a* a** ".repeat(500) } else { "](https://a.example)".repeat(500) };
            for markdown in [mark.repeat(2_000) + "**deep** `text`", mark.repeat(500) + &closed] {
                assert_safe(&markdown);
                let (mut depth, mut deepest) = (0i32, 0);
                let html = marked_up(&markdown);
                for tag in tags(&html).into_iter().filter(|tag| !tag.ends_with('/')) {
                    depth += if tag.starts_with('/') { -1 } else { 1 };
                    deepest = deepest.max(depth);
                }
                assert_eq!(depth, 0, "{mark}");
                // Code has two tags for one mark.
                assert!(deepest <= 25, "{mark:?} leads {deepest} deep");
                assert!(!markdown.contains("text") || html.contains("text"), "{mark}");
            }
        }
        assert_eq!(html(&(">".repeat(23) + "deep")).matches("<blockquote>").count(), 23);
    }

    #[test]
    fn a_description_becomes_so_much_html_at_most() {
        // Each as long as a description can be.
        let whole =
            |start: &str, mark: &str| start.chars().chain(mark.chars().cycle()).take(20_000).collect::<String>();
        let definition = "[a]: https://example.org/?a&b\n\n";
        for (start, mark) in [
            ("", ">"),
            ("", "> "),
            ("", "- "),
            ("", ">\n\n"),
            ("", "-\n"),
            ("", "&"),
            ("", "\""),
            ("", "*a*"),
            ("", "`a`"),
            ("", "\u{1F389}"),
            ("", "[a](http:b)"),
            (definition, "[a]"),
            (definition, "![a]"),
        ] {
            let text = whole(start, mark);
            let html = html(&text);
            assert!(html.len() <= LARGEST, "{mark:?} becomes {} bytes", html.len());
            assert!(html.len() + text.len() < 300_000, "{mark:?}");
        }
        let links = html(&whole(definition, "[a]"));
        assert_eq!(tags(&links), ["p", "/p"], "more than anybody needs is text");
        let prose = whole("", "Слово, *ещё* [слово](https://example.org/), и **так** далее.\n\n");
        assert!(html(&prose).matches("<a ").count() > 300, "what people write is marked up, however long");
    }

    #[test]
    fn raw_html_is_text() {
        assert_eq!(html("a <b onclick=x>b</b>"), "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n");
        assert_eq!(html("<script>alert(1)</script>"), "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    }

    #[test]
    fn links_that_would_do_something_are_no_links() {
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "&#106;avascript:alert(1)",
            "&#x6A;avascript&colon;alert(1)",
            "java&Tab;script:alert(1)",
            "java&NewLine;script:alert(1)",
            "&#1;javascript:alert(1)",
            "vbscript:x",
            "data:text/html;base64,PHNjcmlwdD4=",
            "file:///etc/passwd",
            "//example.org",
            "/api/me",
            "http:",
            "https:javascript:alert(1)",
            "",
        ] {
            for markdown in
                [format!("[x]({url})"), format!("![x]({url})"), format!("[x]\n\n[x]: <{url}>"), format!("<{url}>")]
            {
                let html = html(&markdown);
                assert!(!html.contains("<a") && !html.contains("<img"), "{markdown} became {html}");
            }
        }
    }

    /// The tags in a page, each with its attributes.
    fn tags(html: &str) -> Vec<&str> {
        html.split('<').skip(1).filter_map(|rest| rest.split('>').next()).collect()
    }

    fn assert_safe(markdown: &str) {
        const PLAIN: &[&str] = &[
            "p",
            "em",
            "strong",
            "code",
            "pre",
            "blockquote",
            "ul",
            "ol",
            "li",
            "h3",
            "h4",
            "h5",
            "h6",
            "a",
            "hr /",
            "br /",
        ];
        let html = html(markdown);
        for tag in tags(&html) {
            let known = PLAIN.contains(&tag.trim_start_matches('/'))
                || tag.strip_prefix("ol start=\"").is_some_and(|n| n.trim_end_matches('"').parse::<u64>().is_ok())
                || tag.strip_prefix("code class=\"language-").is_some_and(|lang| lang.matches('"').count() == 1)
                || tag
                    .strip_prefix("a href=\"")
                    .and_then(|rest| rest.split_once('"'))
                    .is_some_and(|(url, rest)| leads_out(url) && rest == format!(" {REL}"));
            assert!(known, "{markdown:?} made the tag <{tag}> in {html}");
        }
    }

    #[test]
    fn usual_tricks_make_no_tag_but_ours() {
        for markdown in [
            "<img src=x onerror=alert(1)>",
            "<svg/onload=alert(1)>",
            "[x](https://example.org\"onmouseover=\"alert(1))",
            "[x](<https://example.org/\" onmouseover=\"alert(1)>)",
            "[x](https://example.org 'a\" onmouseover=\"alert(1)')",
            "![\"onerror=alert(1) x=\"](https://example.org/x.png)",
            "![x](https://example.org/x.png\"onerror=\"alert(1))",
            "```\"><script>alert(1)</script>\nx\n```",
            "<!-- --><script>alert(1)</script>",
            "<![CDATA[<script>alert(1)</script>]]>",
            "`<script>`",
            "[<img src=x onerror=alert(1)>](https://example.org)",
            "<a href=\"javascript:alert(1)\">x</a>",
            "[a](javascript:alert(1)//https://example.org)",
            "&lt;script&gt;",
            "[x][y]\n\n[y]: javascript:alert(1)",
            "# x {onclick=alert(1)}",
            "![a [b](https://b.example) c](https://d.example)",
        ] {
            assert_safe(markdown);
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_a_tag_but_ours(text in "([\\[\\]()<>!\"'`*_#&;:/\n\\\\ -]|https://|javascript:|<script>|on|a|=|x.y){0,60}") {
            assert_safe(&text);
        }

        #[test]
        fn previews_keep_to_their_length(text in "\\PC{0,80}", most in 0usize..40) {
            prop_assert!(plain(&text, most).chars().count() <= most);
        }
    }

    #[test]
    fn previews_are_plain() {
        let cases = [
            ("# Title\n\nHello *you*,\nthis is `it`.\n\n- a\n- b", 80, "Title Hello you, this is it. a b"),
            ("[link](https://example.org) ![cat](x.png)", 80, "link cat"),
            ("one two three", 13, "one two three"),
            ("one two three", 12, "one two…"),
            ("one two three", 8, "one two…"),
            ("one two three", 7, "one…"),
            ("onetwothree", 5, "onet…"),
            ("Привет, мир", 8, "Привет,…"),
            ("a<b>c", 80, "a<b>c"),
            ("", 80, ""),
            ("one", 0, ""),
        ];
        for (markdown, most, expected) in cases {
            assert_eq!(plain(markdown, most), expected, "{markdown} in {most}");
        }
    }
}
