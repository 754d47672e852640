/** A PDF of many pages for the tests. */

/** The bytes of a comment on each page, which make the file as large as a scan of some quality. */
const WEIGHT = 40_000;

/** Returns a PDF whose pages tell their number. */
export function longPdf(pages: number): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let length = 0;
  const write = (text: string) => {
    const bytes = Buffer.from(text, "latin1");
    parts.push(bytes);
    length += bytes.length;
  };
  const object = (number: number, body: string) => {
    offsets[number] = length;
    write(`${number} 0 obj\n${body}\nendobj\n`);
  };
  write("%PDF-1.7\n");
  const filler = `% ${"x".repeat(WEIGHT)}\n`;
  for (let page = 1; page <= pages; page += 1) {
    const content = `BT /F1 48 Tf 72 700 Td (Page ${page}) Tj ET\n${filler}`;
    object(2 + 2 * page, `<< /Length ${content.length} >>\nstream\n${content}endstream`);
  }
  for (let page = 1; page <= pages; page += 1) {
    object(
      3 + 2 * page,
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${2 + 2 * page} 0 R ` +
        "/Resources << /Font << /F1 3 0 R >> >> >>",
    );
  }
  const kids = Array.from({ length: pages }, (_, index) => `${5 + 2 * index} 0 R`).join(" ");
  object(1, "<< /Type /Catalog /Pages 2 0 R >>");
  object(2, `<< /Type /Pages /Count ${pages} /Kids [${kids}] >>`);
  object(3, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  const start = length;
  const entries = offsets.slice(1).map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  write(`xref\n0 ${offsets.length}\n0000000000 65535 f \n${entries.join("")}`);
  write(`trailer\n<< /Size ${offsets.length} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
  return Buffer.concat(parts);
}
