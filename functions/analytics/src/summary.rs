//! Calculates a summary from its figures.

use shared::{
    base::ids::ProjectId,
    items::{ItemKind, ItemStatus},
};
use time::OffsetDateTime;

use crate::{
    figures::{DayCounts, Figures, Milestone, Read},
    histogram::Histogram,
    model::{Day, MeanConfidence, StatusCounts, Summary, Timeframe, Totals},
    window::Window,
};

impl StatusCounts {
    fn add(&mut self, status: ItemStatus, items: i64) {
        match status {
            ItemStatus::Draft => self.draft += items,
            ItemStatus::Processing => self.processing += items,
            ItemStatus::PendingReview => self.pending_review += items,
            ItemStatus::Approved => self.approved += items,
            ItemStatus::Rejected => self.rejected += items,
            ItemStatus::Failed => self.failed += items,
            ItemStatus::Deleted => {}
        }
    }

    fn sum(&self) -> i64 {
        self.draft + self.processing + self.pending_review + self.approved + self.rejected + self.failed
    }
}

impl Summary {
    pub(crate) fn new(
        timeframe: Timeframe,
        timezone: String,
        project_id: Option<ProjectId>,
        window: &Window,
        figures: Figures,
        now: OffsetDateTime,
    ) -> Self {
        let mut totals = Totals::default();
        for total in figures.totals.iter() {
            let of_kind = match total.kind {
                ItemKind::Document => &mut totals.documents,
                ItemKind::Voice => &mut totals.voice,
            };
            of_kind.add(total.status, total.items);
        }
        let listed: i64 = figures.domains.iter().map(|domain| domain.documents).sum();
        let (time_to_text, time_to_decision) = histograms(&figures);
        Self {
            timeframe,
            timezone,
            project_id,
            from: window.bounds.first().copied().unwrap_or(now),
            to: now,
            totals,
            other_domains: totals.documents.sum() - listed,
            domains: figures.domains.0,
            daily: daily(window, &figures.days),
            pages: figures.read.iter().map(|read| read.pages).sum(),
            voice_minutes: minutes(figures.read.iter().map(|read| read.voice_milliseconds).sum()),
            time_to_text: time_to_text.durations(),
            time_to_decision: time_to_decision.durations(),
            mean_confidence: MeanConfidence {
                documents: mean_confidence(&figures.read, ItemKind::Document),
                voice: mean_confidence(&figures.read, ItemKind::Voice),
            },
            contributors: figures.contributors.0,
            reviewers: figures.reviewers.0,
        }
    }
}

/// Returns every day of the window, including days without activity.
fn daily(window: &Window, counts: &[DayCounts]) -> Vec<Day> {
    let zero = |date| Day { date, uploaded: 0, processed: 0, failed: 0, approved: 0, rejected: 0 };
    let mut days: Vec<Day> = window.days.iter().copied().map(zero).collect();
    for count in counts {
        if let Some(day) = count.day.checked_sub(1).and_then(|index| days.get_mut(index)) {
            day.uploaded += count.uploaded;
            day.processed += count.processed;
            day.failed += count.failed;
            day.approved += count.approved;
            day.rejected += count.rejected;
        }
    }
    days
}

/// Returns the histograms of the time to the text and of the time to the decision.
fn histograms(figures: &Figures) -> (Histogram, Histogram) {
    let (mut text, mut decision) = (Histogram::default(), Histogram::default());
    for bucket in figures.histograms.iter() {
        match bucket.milestone {
            Milestone::Text => text.merge(&bucket.bins),
            Milestone::Decision => decision.merge(&bucket.bins),
        }
    }
    for duration in figures.unfolded_durations.iter() {
        match duration.milestone {
            Milestone::Text => text.add(duration.bin, 1),
            Milestone::Decision => decision.add(duration.bin, 1),
        }
    }
    (text, decision)
}

fn minutes(milliseconds: i64) -> f64 {
    milliseconds as f64 / 60_000.0
}

fn mean_confidence(read: &[Read], kind: ItemKind) -> Option<f64> {
    let read = read.iter().find(|read| read.kind == kind && read.confidence_count > 0)?;
    Some(read.confidence_millionths as f64 / 1_000_000.0 / read.confidence_count as f64)
}
