//! The load balancer's URL map: the function that serves each path.
//!
//! Matching follows Google's rules (<https://cloud.google.com/load-balancing/docs/url-map-concepts>): a pattern is a
//! path, or a path that ends with a slash and a wildcard. The longest match wins, in any order.

use crate::{Descriptor, FUNCTIONS};

/// The pattern of the function that answers all other paths with a 404 problem.
const ANY: &str = "/*";

/// Each pattern and its function, without the wildcard of [`default_function`].
pub fn routes() -> impl Iterator<Item = (&'static str, &'static Descriptor)> {
    patterns().filter(|(pattern, _)| *pattern != ANY)
}

/// The function that answers the paths that match no pattern.
#[must_use]
pub fn default_function() -> Option<&'static Descriptor> {
    patterns().find(|(pattern, _)| *pattern == ANY).map(|(_, function)| function)
}

/// The function that serves a path.
#[must_use]
pub fn function_for(path: &str) -> Option<&'static Descriptor> {
    find(patterns(), path)
}

fn patterns() -> impl Iterator<Item = (&'static str, &'static Descriptor)> {
    FUNCTIONS.iter().flat_map(|function| function.paths.iter().map(move |pattern| (*pattern, function)))
}

fn find<'map, T>(map: impl IntoIterator<Item = (&'map str, T)>, path: &str) -> Option<T> {
    let rank = |pattern: &str| match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix).then_some((prefix.len(), false)),
        None => (path == pattern).then_some((pattern.len(), true)),
    };
    let matches = map.into_iter().filter_map(|(pattern, to)| Some((rank(pattern)?, to)));
    matches.max_by_key(|(rank, _)| *rank).map(|(_, to)| to)
}

#[cfg(test)]
mod tests {
    use super::{default_function, find, function_for, patterns};
    use crate::FUNCTIONS;

    #[test]
    fn a_wildcard_matches_below_its_slash_but_not_the_path_without_it() {
        let map = [("/videos/*", 1)];
        assert_eq!(find(map, "/videos/"), Some(1));
        assert_eq!(find(map, "/videos/hd/4k"), Some(1));
        assert_eq!(find(map, "/videos"), None);
        assert_eq!(find(map, "/videoshop"), None);
        assert_eq!(find(map, "/Videos/hd"), None);
    }

    #[test]
    fn the_longest_match_wins_in_any_order() {
        let map = [("/*", 0), ("/a/*", 1), ("/a/b", 2), ("/a/b/*", 3), ("/a/", 4)];
        let reversed: Vec<_> = map.iter().rev().copied().collect();
        for (path, expected) in
            [("/", 0), ("/x", 0), ("/a", 0), ("/a/x", 1), ("/a/", 4), ("/a/b", 2), ("/a/b/c", 3)]
        {
            assert_eq!(find(map, path), Some(expected), "{path}");
            assert_eq!(find(reversed.clone(), path), Some(expected), "{path}");
        }
    }

    #[test]
    fn every_path_has_a_function_and_auth_serves_the_rest() {
        for (path, function) in [
            ("/auth/login", "auth"),
            ("/users/me", "users"),
            ("/projects", "projects"),
            ("/projects/1/documents", "projects"),
            ("/documents", "data"),
            ("/documents/1", "data"),
            ("/analytics/summary", "analytics"),
            ("/events", "events"),
            ("/health/live", "auth"),
            ("/nothing", "auth"),
            ("/", "auth"),
        ] {
            assert_eq!(function_for(path).map(|function| function.name), Some(function), "{path}");
        }
        assert_eq!(default_function().map(|function| function.name), Some("auth"));
    }

    #[test]
    fn every_documented_path_is_routed_to_the_function_that_documents_it() {
        for function in FUNCTIONS {
            let document = function.openapi();
            let paths = document["paths"].as_object().expect("paths");
            assert_eq!(paths.is_empty(), function.paths.is_empty(), "{}", function.name);
            for path in paths.keys() {
                assert_eq!(function_for(path).map(|found| found.name), Some(function.name), "{path}");
            }
        }
    }

    #[test]
    fn no_two_functions_have_the_same_pattern() {
        let mut all: Vec<&str> = patterns().map(|(pattern, _)| pattern).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{all:?}");
    }

    #[test]
    fn a_wildcard_is_only_allowed_at_the_end_after_a_slash() {
        for (pattern, _) in patterns() {
            let fixed = pattern.strip_suffix("/*").unwrap_or(pattern);
            assert!(pattern.starts_with('/') || pattern == "/*", "{pattern}");
            assert!(!fixed.contains('*'), "{pattern}");
        }
    }
}
