//! Decodes TIFF files. Each image is a page.

use std::{fs::File, io::BufReader, path::Path};

use tiff::{
    ColorType, TiffError,
    decoder::{Decoder, DecodingResult, Limits},
    tags::Tag,
};

use crate::{
    engine::gray::{Gray, coordinate},
    fault::{self, Fault},
};

/// The largest number of images. Files with more are hostile.
const MAX_PAGES: usize = 10_000;

fn open(file: &Path) -> Result<Decoder<BufReader<File>>, Fault> {
    let file = File::open(file).map_err(|_| fault::broken("The image could not be opened."))?;
    Decoder::new(BufReader::new(file)).map_err(|error| broken(&error))
}

fn broken(error: &TiffError) -> Fault {
    tracing::info!(%error, "a TIFF could not be decoded");
    fault::broken("The image/tiff image is damaged or in an unsupported encoding.")
}

pub(super) fn count_pages(file: &Path) -> Result<usize, Fault> {
    let mut decoder = open(file)?;
    let mut count = 1;
    while decoder.more_images() && count < MAX_PAGES {
        decoder.next_image().map_err(|error| broken(&error))?;
        count += 1;
    }
    Ok(count)
}

pub(super) fn decode(file: &Path, number: usize, max_pixels: u64) -> Result<Gray, Fault> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(max_pixels.saturating_mul(4)).unwrap_or(usize::MAX);
    let mut decoder = open(file)?.with_limits(limits);
    decoder.seek_to_image(number - 1).map_err(|error| broken(&error))?;
    let (width, height) = decoder.dimensions().map_err(|error| broken(&error))?;
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(Fault::invalid(
            "PIXEL_LIMIT_EXCEEDED",
            format!("Page {number} is too large to be processed."),
        ));
    }
    let color = decoder.colortype().map_err(|error| broken(&error))?;
    let orientation = tag(&mut decoder, Tag::Orientation).unwrap_or(1.0);
    let across = tag(&mut decoder, Tag::XResolution);
    let down = tag(&mut decoder, Tag::YResolution);
    let has_planes = tag(&mut decoder, Tag::PlanarConfiguration) == Some(2.0);
    let mut pixels = DecodingResult::U8(vec![]);
    decoder.read_image_to_buffer(&mut pixels).map_err(|error| broken(&error))?;
    let bytes = bytes(pixels).ok_or_else(|| fault::broken("The TIFF's samples are not supported."))?;
    let bytes = if has_planes { interleaved(&bytes, usize::from(color.num_samples())) } else { bytes };
    let gray = to_gray(color, bytes, width as usize, height as usize)
        .ok_or_else(|| fault::broken("The TIFF's colors are not supported."))?;
    Ok(upright(square(gray, across, down), orientation))
}

fn tag(decoder: &mut Decoder<BufReader<File>>, tag: Tag) -> Option<f32> {
    let value = decoder.find_tag(tag).ok()??;
    if let Ok(whole) = value.clone().into_u16() {
        return Some(f32::from(whole));
    }
    match value {
        tiff::decoder::ifd::Value::Rational(over, under) if under > 0 => {
            Some(coordinate(over as usize) / coordinate(under as usize))
        }
        _ => None,
    }
}

/// Restores square pixels. A fax at standard resolution has half as many rows as it needs.
fn square(gray: Gray, across: Option<f32>, down: Option<f32>) -> Gray {
    match (across, down) {
        (Some(across), Some(down)) if down > 0.0 && (1.3..4.0).contains(&(across / down)) => {
            let height = (coordinate(gray.height) * across / down) as usize;
            gray.resized(gray.width, height)
        }
        _ => gray,
    }
}

/// Applies the TIFF orientations without mirroring, because scanners do not mirror pages.
fn upright(gray: Gray, orientation: f32) -> Gray {
    match orientation {
        3.0 => gray.turned(2),
        6.0 => gray.turned(1),
        8.0 => gray.turned(3),
        _ => gray,
    }
}

/// Returns samples of at most 8 bits, packed as in the file.
fn bytes(pixels: DecodingResult) -> Option<Vec<u8>> {
    match pixels {
        DecodingResult::U8(bytes) => Some(bytes),
        DecodingResult::U16(words) => Some(words.into_iter().map(|word| word.to_be_bytes()[0]).collect()),
        _ => None,
    }
}

/// Combines planes, which each hold one sample of all pixels, into pixels.
fn interleaved(planes: &[u8], samples: usize) -> Vec<u8> {
    let size = planes.len() / samples.max(1);
    (0..size).flat_map(|pixel| (0..samples).map(move |sample| planes[sample * size + pixel])).collect()
}

fn to_gray(color: ColorType, bytes: Vec<u8>, width: usize, height: usize) -> Option<Gray> {
    let data: Vec<u8> = match color {
        ColorType::Gray(8 | 16) => bytes,
        ColorType::Gray(bits @ (1 | 2 | 4)) => unpack(&bytes, bits, width),
        ColorType::GrayA(8 | 16) | ColorType::Multiband { bit_depth: 8 | 16, num_samples: 2 } => {
            bytes.chunks_exact(2).map(|pixel| opaque(pixel[0], pixel[1])).collect()
        }
        ColorType::RGB(8 | 16) | ColorType::YCbCr(8) => bytes.chunks_exact(3).map(luma).collect(),
        ColorType::RGBA(8 | 16) => bytes.chunks_exact(4).map(luma).collect(),
        ColorType::CMYK(8) => bytes
            .chunks_exact(4)
            .map(|ink| luma(&[&ink[..1], &ink[1..2], &ink[2..3]].map(|part| paper(part[0], ink[3]))))
            .collect(),
        // A color map, for example, which Tesseract's library can read.
        _ => return None,
    };
    Gray::new(width, height, data)
}

/// The shade of a translucent pixel on white paper.
fn opaque(shade: u8, alpha: u8) -> u8 {
    let (shade, alpha) = (u16::from(shade), u16::from(alpha));
    u8::try_from((shade * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}

fn paper(ink: u8, black: u8) -> u8 {
    let light = u16::from(255 - ink) * u16::from(255 - black) / 255;
    u8::try_from(light).unwrap_or(u8::MAX)
}

fn luma(pixel: &[u8]) -> u8 {
    let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
    u8::try_from((red * 299 + green * 587 + blue * 114) / 1000).unwrap_or(u8::MAX)
}

/// Unpacks rows of packed bits, each padded to a byte.
fn unpack(bytes: &[u8], bits: u8, width: usize) -> Vec<u8> {
    let each = usize::from(8 / bits);
    let maximum = (1_u16 << bits) - 1;
    let sample = |byte: u8, index: usize| {
        let shift = 8 - usize::from(bits) * (index + 1);
        u8::try_from((u16::from(byte) >> shift & maximum) * 255 / maximum).unwrap_or(u8::MAX)
    };
    bytes
        .chunks(width.div_ceil(each))
        .flat_map(|row| row.iter().flat_map(|byte| (0..each).map(|index| sample(*byte, index))).take(width))
        .collect()
}
