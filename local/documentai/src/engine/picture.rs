//! Decodes PNG, JPEG, GIF, BMP and WebP into grayscale pages, oriented by their EXIF data.

use std::{fs::File, io::BufReader, path::Path};

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader};

use crate::{
    engine::gray::Gray,
    fault::{self, Fault},
    media::MediaType,
};

pub(super) fn decode(file: &Path, media_type: MediaType, max_pixels: u64) -> Result<Gray, Fault> {
    let broken =
        |_| fault::broken(format!("The {} image is damaged and cannot be decoded.", media_type.name()));
    let format = match media_type {
        MediaType::Jpeg => ImageFormat::Jpeg,
        MediaType::Gif => ImageFormat::Gif,
        MediaType::Bmp => ImageFormat::Bmp,
        MediaType::Webp => ImageFormat::WebP,
        _ => ImageFormat::Png,
    };
    let file = File::open(file).map_err(|_| fault::broken("The image could not be opened."))?;
    let reader = ImageReader::with_format(BufReader::new(file), format);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > max_pixels {
        return Err(Fault::invalid(
            "PIXEL_LIMIT_EXCEEDED",
            format!("The image is too large to be processed: {width} x {height} pixels."),
        ));
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(broken)?;
    image.apply_orientation(orientation);
    gray(image).ok_or_else(|| fault::broken("The image has no pixels."))
}

/// Converts to grayscale. Transparent areas become white.
fn gray(image: DynamicImage) -> Option<Gray> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    if !image.color().has_alpha() {
        return Gray::new(width, height, image.into_luma8().into_raw());
    }
    let data = image
        .into_luma_alpha8()
        .pixels()
        .map(|pixel| {
            let [gray, alpha] = pixel.0.map(u16::from);
            u8::try_from((gray * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        })
        .collect();
    Gray::new(width, height, data)
}
