//! Schemas of types that validate themselves.

use garde::Validate as _;
use serde_json::json;
use shared::{base::text::Name, testing::Contract};
use utoipa::PartialSchema as _;

#[test]
fn the_schema_of_a_name_describes_the_names_that_are_accepted() {
    let contract = Contract::new(json!({"components": {"schemas": {"Name": Name::schema()}}}));
    for text in [
        "Ada",
        " \u{3000}Ada Lovelace\n",
        "नमस्ते\u{200d}",
        "",
        " ",
        "\u{7}Ada",
        "Ada\u{202e}",
        "\u{200b}",
        "Ada\nLovelace",
    ] {
        let described = contract.validate("/components/schemas/Name", &json!(text)).is_ok();
        assert_eq!(described, Name::from(text.to_owned()).validate().is_ok(), "{text:?}");
    }
}
