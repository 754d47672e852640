//! Which function serves which paths behind the one origin: the load balancer's URL map.
//!
//! Matching follows Google's (<https://cloud.google.com/load-balancing/docs/url-map-concepts>): a pattern
//! is a path, or a path with a wildcard at its end after a slash; the longest match wins, in any order.

/// Pattern and function, for every path that does not fall to [`DEFAULT_FUNCTION`].
pub const URL_MAP: &[(&str, &str)] = &[
    ("/auth/*", "auth"),
    ("/.well-known/jwks.json", "auth"),
    ("/health", "auth"),
    ("/users/*", "users"),
    ("/projects", "projects"),
    ("/projects/*", "projects"),
    ("/invitations/*", "projects"),
    ("/items", "data"),
    ("/documents", "data"),
    ("/documents/*", "data"),
    ("/voice", "data"),
    ("/voice/*", "data"),
    ("/exports", "data"),
    ("/exports/*", "data"),
    ("/events", "events"),
    ("/events/*", "events"),
    ("/review", "review"),
    ("/review/*", "review"),
    ("/analytics/*", "analytics"),
    ("/admin/*", "admin"),
];

/// Who answers for all other paths: with a 404 problem.
pub const DEFAULT_FUNCTION: &str = "auth";

/// The function that serves a path.
#[must_use]
pub fn function_for(path: &str) -> &'static str {
    find(URL_MAP, path).unwrap_or(DEFAULT_FUNCTION)
}

fn find<T: Copy>(map: &[(&str, T)], path: &str) -> Option<T> {
    let rank = |pattern: &str| match pattern.strip_suffix('*') {
        Some(prefix) => path.starts_with(prefix).then_some((prefix.len(), false)),
        None => (path == pattern).then_some((pattern.len(), true)),
    };
    let matches = map.iter().filter_map(|(pattern, to)| Some((rank(pattern)?, *to)));
    matches.max_by_key(|(rank, _)| *rank).map(|(_, to)| to)
}

#[cfg(test)]
mod tests {
    use super::{URL_MAP, find, function_for};

    #[test]
    fn a_wildcard_covers_what_follows_its_slash_and_not_the_path_without_it() {
        let map = [("/videos/*", 1)];
        assert_eq!(find(&map, "/videos/"), Some(1));
        assert_eq!(find(&map, "/videos/hd/4k"), Some(1));
        assert_eq!(find(&map, "/videos"), None);
        assert_eq!(find(&map, "/videoshop"), None);
        assert_eq!(find(&map, "/Videos/hd"), None);
    }

    #[test]
    fn the_longest_match_wins_in_any_order() {
        let map = [("/*", 0), ("/a/*", 1), ("/a/b", 2), ("/a/b/*", 3), ("/a/", 4)];
        let reversed: Vec<_> = map.iter().rev().copied().collect();
        for (path, expected) in
            [("/", 0), ("/x", 0), ("/a", 0), ("/a/x", 1), ("/a/", 4), ("/a/b", 2), ("/a/b/c", 3)]
        {
            assert_eq!(find(&map, path), Some(expected), "{path}");
            assert_eq!(find(&reversed, path), Some(expected), "{path}");
        }
    }

    #[test]
    fn every_path_has_its_function_and_the_rest_falls_to_auth() {
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
            assert_eq!(function_for(path), function, "{path}");
        }
    }

    #[test]
    fn a_wildcard_stands_only_at_the_end_after_a_slash() {
        for (pattern, _) in URL_MAP {
            let fixed = pattern.strip_suffix("/*").unwrap_or(pattern);
            assert!(pattern.starts_with('/') && !fixed.contains('*'), "{pattern}");
        }
    }
}
