//! Splits a document into shards while its pages arrive.

use crate::{
    document::{Document, LoosePage, ShardInfo},
    fault::Fault,
    mask::{Mask, Masked},
    media::MediaType,
};

const DEFAULT_PAGES: usize = 100;

/// The division of a document into shards.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sharding {
    pages: usize,
    /// The number of pages at the end of a shard that the next one repeats.
    overlap: usize,
}

impl Sharding {
    /// Creates a sharding. Zero pages mean the default.
    pub(crate) fn new(pages_per_shard: i32, pages_overlap: i32) -> Result<Self, Fault> {
        let invalid = || {
            let message =
                format!("Invalid sharding: {pages_per_shard} pages with {pages_overlap} overlapping.");
            Fault::invalid("INVALID_SHARDING", message)
        };
        let pages = usize::try_from(pages_per_shard).map_err(|_| invalid())?;
        let overlap = usize::try_from(pages_overlap).map_err(|_| invalid())?;
        let pages = if pages == 0 { DEFAULT_PAGES } else { pages };
        if overlap < pages { Ok(Self { pages, overlap }) } else { Err(invalid()) }
    }

    fn count(self, pages: usize) -> usize {
        1 + pages.saturating_sub(self.pages).div_ceil(self.pages - self.overlap)
    }
}

/// A document that is being split.
pub(super) struct Shards {
    media_type: MediaType,
    sharding: Sharding,
    count: usize,
    pages_left: usize,
    /// The index of the next shard.
    index: usize,
    offset: usize,
    pages: Vec<LoosePage>,
}

impl Shards {
    pub(super) fn new(media_type: MediaType, sharding: Sharding, pages: usize) -> Self {
        let count = sharding.count(pages);
        Self { media_type, sharding, count, pages_left: pages, index: 0, offset: 0, pages: vec![] }
    }

    /// Adds the next page and returns the shard that it completes, if any.
    pub(super) fn push(&mut self, page: LoosePage) -> Option<Shard> {
        self.pages.push(page);
        self.pages_left = self.pages_left.saturating_sub(1);
        if self.pages.len() < self.sharding.pages && self.pages_left > 0 {
            return None;
        }
        let step = self.pages.len().saturating_sub(self.sharding.overlap);
        let next = self.pages[step..].to_vec();
        let info = ShardInfo { shard_index: self.index, shard_count: self.count, text_offset: self.offset };
        self.index += 1;
        self.offset += self.pages[..step].iter().map(|page| page.length).sum::<usize>();
        Some(Shard { media_type: self.media_type, info, pages: std::mem::replace(&mut self.pages, next) })
    }
}

/// Pages that form one output file.
pub(super) struct Shard {
    media_type: MediaType,
    info: ShardInfo,
    pages: Vec<LoosePage>,
}

impl Shard {
    pub(super) fn index(&self) -> usize {
        self.info.shard_index
    }

    pub(super) fn json(self, mask: &Mask) -> serde_json::Result<Vec<u8>> {
        let document = Document::of_pages(self.media_type, self.pages);
        serde_json::to_vec(&Masked { document: &document, mask, shard: Some(self.info) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Sharding, Shards};
    use crate::{document::LoosePage, media::MediaType};

    /// Returns the page numbers and the offset of each shard, for pages of two characters.
    fn cut(pages: usize, per_shard: i32, overlap: i32) -> Vec<(Vec<usize>, usize)> {
        let sharding = Sharding::new(per_shard, overlap).expect("sharding");
        let mut shards = Shards::new(MediaType::Pdf, sharding, pages);
        let mut cut = vec![];
        for page in LoosePage::of_text("äb", pages.max(2)).take(pages) {
            cut.extend(shards.push(page));
        }
        assert!(cut.iter().all(|shard| shard.info.shard_count == cut.len()));
        assert!(cut.iter().enumerate().all(|(index, shard)| shard.index() == index));
        cut.into_iter()
            .map(|shard| {
                let pages = shard.pages.iter().map(|page| page.page.page_number).collect();
                (pages, shard.info.text_offset)
            })
            .collect()
    }

    #[test]
    fn the_last_shard_has_the_remaining_pages() {
        assert_eq!(cut(3, 2, 0), [(vec![1, 2], 0), (vec![3], 6)]);
        assert_eq!(cut(4, 2, 0), [(vec![1, 2], 0), (vec![3, 4], 6)]);
        assert_eq!(cut(1, 2, 0), [(vec![1], 0)]);
        assert_eq!(cut(250, 0, 0).iter().map(|(pages, _)| pages.len()).collect::<Vec<_>>(), [100, 100, 50]);
    }

    #[test]
    fn overlapping_pages_are_repeated() {
        assert_eq!(cut(5, 3, 1), [(vec![1, 2, 3], 0), (vec![3, 4, 5], 6)]);
        assert_eq!(cut(4, 3, 2), [(vec![1, 2, 3], 0), (vec![2, 3, 4], 3)]);
        assert_eq!(cut(4, 3, 1), [(vec![1, 2, 3], 0), (vec![3, 4], 6)]);
        assert!(Sharding::new(2, 2).is_err() && Sharding::new(-1, 0).is_err());
    }
}
