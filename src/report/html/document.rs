//! The shell of a page: what may run in it, its style, its script and its data.
//!
//! A page may run its own script and use its own style, each named by digest, and nothing else: it loads
//! nothing, sends nothing, and runs no script that a scenario may have brought.
//!
//! Invariant: whatever stands between the tags of the data cannot end them.

use serde::Serialize;

use super::super::plot::escape;
use super::sha256::sha256_base64;

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// What stands before the data of a page, so that it can be read back.
const DATA_BEGIN: &str = "<script type=\"application/json\" id=\"data\">";
const DATA_END: &str = "</script>";

/// The title, the body and the data of a page.
pub(super) struct Document<'a, T> {
    pub(super) title: &'a str,
    pub(super) body: &'a str,
    pub(super) data: &'a T,
}

/// The page.
pub(super) fn document<T: Serialize>(page: &Document<'_, T>) -> String {
    let title = escape(page.title);
    let (style, script) = (sha256_base64(STYLE), sha256_base64(SCRIPT));
    let data = data(page.data);
    let body = page.body;
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         script-src 'sha256-{script}'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n\
         {DATA_BEGIN}{data}{DATA_END}\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// JSON in which nothing can be taken for markup.
fn data<T: Serialize>(value: &T) -> String {
    let json = serde_json::to_string(value).expect("plain values become JSON");
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// The data of a page; none if it holds none.
pub(super) fn data_of(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once(DATA_BEGIN)?;
    Some(rest.split_once(DATA_END)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_end_its_own_tags_and_reads_back() {
        let hostile = "</script><script>alert(1)</script><!--".to_owned();
        let page = document(&Document {
            title: &hostile,
            body: "",
            data: &hostile,
        });
        assert!(!page.contains("alert(1)</script>"), "{page}");
        assert_eq!(page.matches("<script").count(), 2);
        let read = data_of(&page).expect("it is there");
        assert_eq!(serde_json::from_str::<String>(read).expect("JSON"), hostile);
    }

    #[test]
    fn style_and_script_do_not_end_their_own_tags() {
        assert!(!STYLE.contains("</"));
        assert!(!SCRIPT.contains("</script"));
        assert!(
            !SCRIPT.contains("http:") || SCRIPT.matches("http:").count() == 1,
            "the name of SVG alone"
        );
        assert!(!SCRIPT.contains("innerHTML"));
    }
}
