//! What every page of ours has: the palette of both themes and the controls, a masthead with the switch
//! between the themes, and a policy that allows the page's own style and script and nothing else.

use data_encoding::BASE64;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

pub use super::super::words::grade;

const CSS: &str = include_str!("frame.css");
const JS: &str = include_str!("frame.js");

/// What stands in a page's `head`: `css` and `js` are the page's own, and come after ours.
#[must_use]
pub fn head(title: &str, css: &str, js: &str) -> Markup {
    let (css, js) = (format!("{CSS}{css}"), format!("{JS}{js}"));
    html! {
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(policy(&css, &js));
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        meta name="referrer" content="no-referrer";
        title { (title) }
        style { (PreEscaped(css)) }
        script { (PreEscaped(js)) }
    }
}

fn policy(css: &str, js: &str) -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(css),
        hash(js)
    )
}

/// The source expression by which a Content-Security-Policy allows one inline text (CSP Level 2,
/// 4.2.5).
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(&Sha256::digest(text)))
}

/// Our name, and the switch between dark and light.
#[must_use]
pub fn masthead() -> Markup {
    html! {
        header.masthead {
            div.brand {
                svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" {
                    path d="M12 2 4 5v6c0 5.2 3.4 9.4 8 11 4.6-1.6 8-5.8 8-11V5z" {}
                    circle cx="12" cy="11.5" r="3.6" {}
                    circle.dot cx="12" cy="11.5" r="1.1" {}
                }
                span { "Hard Target" }
            }
            button.theme type="button" data-ui="theme" aria-label="Switch between dark and light" title="Dark or light" {
                svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" {
                    circle cx="12" cy="12" r="8.5" {}
                    path d="M12 3.5a8.5 8.5 0 0 1 0 17z" {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_this_style_and_this_script_alone() {
        let head = head("Title", "p { color: red; }", "let a = 1;").into_string();
        let between = |open: &str, close: &str| {
            let (_, rest) = head.split_once(open).unwrap();
            rest.split_once(close).unwrap().0.to_owned()
        };
        let (css, js) = (
            between("<style>", "</style>"),
            between("<script>", "</script>"),
        );
        assert!(css.ends_with("p { color: red; }") && js.ends_with("let a = 1;"));
        let policy = policy(&css, &js);
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert!(!policy.contains("unsafe-inline") && head.contains(&policy));
        assert_eq!(
            hash(""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
        // Style and script stand in the page as they are: neither may end early.
        assert!(!CSS.contains("</") && !JS.contains("</"));
    }
}
