//! `analytics`: how it goes, for whoever is responsible: for a project, for the projects that one administers, for all.

#![allow(dead_code, reason = "the answer's shape comes first")]

mod model;
