//! The figures of all rounds, as a table in Markdown, and the goals.

use std::collections::BTreeMap;

use super::load::Figures;

/// The servers, in the order of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Server {
    Ours,
    Peer,
    Limit,
}

/// The figures of each row and server, one for each round.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<&'static str>,
    figures: BTreeMap<(&'static str, Server), Vec<Figures>>,
    goals: Vec<(String, bool)>,
}

/// The median, the minimum and the maximum of some values.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    least: f64,
    greatest: f64,
}

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(values.len() / 2), least: at(0), greatest: at(values.len().saturating_sub(1)) }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = if self.greatest < 10.0 { 2 } else { usize::from(self.greatest < 100.0) };
        write!(f, "{:.digits$} ({:.digits$} to {:.digits$})", self.median, self.least, self.greatest)
    }
}

impl Report {
    pub(crate) fn add(&mut self, row: &'static str, server: Server, figures: Figures) {
        if !self.rows.contains(&row) {
            self.rows.push(row);
        }
        self.figures.entry((row, server)).or_default().push(figures);
    }

    /// Our figure in each round, divided by that of another server in the same round.
    pub(crate) fn ratio(
        &self,
        row: &'static str,
        other: Server,
        figure: fn(&Figures) -> f64,
    ) -> Option<Spread> {
        let (ours, other) = (self.figures.get(&(row, Server::Ours))?, self.figures.get(&(row, other))?);
        Some(Spread::of(ours.iter().zip(other).map(|(ours, other)| figure(ours) / figure(other))))
    }

    /// Our requests per second, one value for each round.
    pub(crate) fn per_second(&self, row: &'static str) -> Vec<f64> {
        let figures = self.figures.get(&(row, Server::Ours)).into_iter().flatten();
        figures.map(|figures| figures.per_second).collect()
    }

    /// Records whether a goal is reached.
    pub(crate) fn goal(&mut self, what: &str, value: Option<Spread>, reached: impl Fn(f64) -> bool) {
        let Some(value) = value else { return };
        self.goals.push((format!("{what}: {value}"), reached(value.median)));
    }

    pub(crate) fn print(&self) {
        println!(
            "| request | server | requests/s | CPU ms | p50 ms | p99 ms | CPU to the peer | CPU to the limit |"
        );
        println!("|---|---|--:|--:|--:|--:|--:|--:|");
        for row in &self.rows {
            for (server, name) in [(Server::Ours, "ours"), (Server::Peer, "peer"), (Server::Limit, "limit")] {
                let Some(figures) = self.figures.get(&(*row, server)) else { continue };
                let spread = |figure: fn(&Figures) -> f64| Spread::of(figures.iter().map(figure));
                let ratio = |other| match self.ratio(row, other, |figures| figures.cpu_ms) {
                    Some(ratio) if server == Server::Ours => ratio.to_string(),
                    _ => String::new(),
                };
                println!(
                    "| {row} | {name} | {} | {} | {:.1} | {:.1} | {} | {} |",
                    spread(|figures| figures.per_second),
                    spread(|figures| figures.cpu_ms),
                    spread(|figures| figures.p50_ms).median,
                    spread(|figures| figures.p99_ms).median,
                    ratio(Server::Peer),
                    ratio(Server::Limit),
                );
            }
        }
        println!();
    }

    /// Prints the goals. Returns those that are missed.
    pub(crate) fn missed(&self) -> Vec<&str> {
        for (goal, reached) in &self.goals {
            println!("{} {goal}", if *reached { "kept  " } else { "MISSED" });
        }
        self.goals.iter().filter(|(_, reached)| !reached).map(|(goal, _)| goal.as_str()).collect()
    }
}
