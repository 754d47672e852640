// Corrections of the OpenAPI document that its types need. Each `apply` changes the document and returns the number of
// places it changed. Zero means that the description is right by now, and that the correction has to be deleted here.

function* schemasIn(node) {
  if (typeof node !== "object" || node === null) return;
  yield node;
  for (const child of Object.values(node)) yield* schemasIn(child);
}

export const CORRECTIONS = [
  {
    // `size_bytes` combines an integer with an object that has only a description. No value is both.
    name: "size_bytes is a number",
    apply(document) {
      let changed = 0;
      for (const schema of schemasIn(document)) {
        const [number, object] = schema.properties?.size_bytes?.allOf ?? [];
        if (number?.type !== "integer" || object?.type !== "object" || object.properties) continue;
        schema.properties.size_bytes = { ...number, description: object.description };
        changed += 1;
      }
      return changed;
    },
  },
];
