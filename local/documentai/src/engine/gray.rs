//! A grayscale image in memory.

/// A grayscale image of eight bits per pixel. 0 is black, rows start at the top.
#[derive(Clone)]
pub(super) struct Gray {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) data: Vec<u8>,
}

impl Gray {
    pub(super) fn new(width: usize, height: usize, data: Vec<u8>) -> Option<Self> {
        (width > 0 && height > 0 && data.len() == width.checked_mul(height)?).then_some(Self {
            width,
            height,
            data,
        })
    }

    pub(super) fn white(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![255; width * height] }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.data.chunks_exact(self.width)
    }

    /// Decodes a binary PGM of eight bits without comments, as pdftoppm writes it.
    pub(super) fn from_pgm(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"P5")?;
        let mut numbers = [0_usize; 3];
        for number in &mut numbers {
            let start = rest.iter().position(u8::is_ascii_digit)?;
            let length = rest[start..].iter().position(|byte| !byte.is_ascii_digit())?;
            *number = std::str::from_utf8(&rest[start..start + length]).ok()?.parse().ok()?;
            rest = &rest[start + length..];
        }
        let [width, height, maximum] = numbers;
        (maximum == 255).then_some(())?;
        Self::new(width, height, rest.get(1..)?.to_vec())
    }

    pub(super) fn to_pgm(&self) -> Vec<u8> {
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        bytes.extend_from_slice(&self.data);
        bytes
    }

    /// Rotates the image clockwise by a number of right angles.
    pub(super) fn turned(&self, quarters: u8) -> Self {
        let (width, height) = (self.width, self.height);
        match quarters % 4 {
            0 => self.clone(),
            2 => Self { width, height, data: self.data.iter().rev().copied().collect() },
            quarters => {
                let mut data = vec![0; self.data.len()];
                for (y, row) in self.rows().enumerate() {
                    for (x, pixel) in row.iter().enumerate() {
                        let (to_x, to_y) =
                            if quarters == 1 { (height - 1 - y, x) } else { (y, width - 1 - x) };
                        data[to_y * height + to_x] = *pixel;
                    }
                }
                Self { width: height, height: width, data }
            }
        }
    }

    /// Resizes the image. Shrinking averages the covered pixels, enlarging interpolates.
    pub(super) fn resized(&self, width: usize, height: usize) -> Self {
        if width < self.width || height < self.height {
            return self.shrunk(width.min(self.width), height.min(self.height)).resized(width, height);
        }
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let mut image = Self::white(width, height);
        let (scale_x, scale_y) = (ratio(self.width, width), ratio(self.height, height));
        for (y, row) in image.data.chunks_exact_mut(width).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = self.between((middle(x)) * scale_x - 0.5, (middle(y)) * scale_y - 0.5);
            }
        }
        image
    }

    fn shrunk(&self, width: usize, height: usize) -> Self {
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            let rows = y * self.height / height..((y + 1) * self.height / height);
            for x in 0..width {
                let columns = x * self.width / width..((x + 1) * self.width / width);
                let count = rows.len() * columns.len();
                let sum: usize = rows
                    .clone()
                    .map(|row| &self.data[row * self.width..][columns.clone()])
                    .flat_map(|row| row.iter().map(|pixel| usize::from(*pixel)))
                    .sum();
                data.push(u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX));
            }
        }
        Self { width, height, data }
    }

    /// Returns the interpolated gray value at a point between pixels. Points outside get the value of the edge.
    pub(super) fn between(&self, x: f32, y: f32) -> u8 {
        let x = x.clamp(0.0, coordinate(self.width - 1));
        let y = y.clamp(0.0, coordinate(self.height - 1));
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (part_x, part_y) = (x.fract(), y.fract());
        let at = |x: usize, y: usize| f32::from(self.data[y * self.width + x]);
        let upper = at(left, top) * (1.0 - part_x) + at(right, top) * part_x;
        let lower = at(left, bottom) * (1.0 - part_x) + at(right, bottom) * part_x;
        (upper * (1.0 - part_y) + lower * part_y + 0.5) as u8
    }
}

/// Converts a number of pixels to a coordinate.
pub(super) fn coordinate(pixels: usize) -> f32 {
    pixels as f32
}

fn middle(pixel: usize) -> f32 {
    coordinate(pixel) + 0.5
}

fn ratio(from: usize, to: usize) -> f32 {
    coordinate(from) / coordinate(to)
}

#[cfg(test)]
mod tests {
    use super::Gray;

    fn small() -> Gray {
        Gray::new(3, 2, vec![1, 2, 3, 4, 5, 6]).expect("an image")
    }

    #[test]
    fn rotation_is_clockwise() {
        assert_eq!(small().turned(1).data, [4, 1, 5, 2, 6, 3]);
        assert_eq!(small().turned(2).data, [6, 5, 4, 3, 2, 1]);
        assert_eq!(small().turned(3).data, [3, 6, 2, 5, 1, 4]);
        assert_eq!(small().turned(1).turned(3).data, small().data);
    }

    #[test]
    fn a_pgm_survives_a_round_trip_and_a_short_one_is_rejected() {
        let bytes = small().to_pgm();
        assert_eq!(Gray::from_pgm(&bytes).expect("a PGM").data, small().data);
        assert!(Gray::from_pgm(&bytes[..bytes.len() - 1]).is_none());
        assert!(Gray::from_pgm(b"P5").is_none());
    }

    #[test]
    fn a_resized_image_keeps_its_mean() {
        let image = Gray::new(4, 2, vec![0, 0, 200, 200, 0, 0, 200, 200]).expect("an image");
        assert_eq!(image.resized(2, 1).data, [0, 200]);
        assert_eq!(image.resized(8, 4).data[..8], [0, 0, 0, 50, 150, 200, 200, 200]);
    }
}
