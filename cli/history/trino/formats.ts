/** MySQL's letters that strftime spells otherwise: https://trino.io/docs/current/functions/datetime.html#mysql-date-functions */
const MYSQL: Readonly<Record<string, string>> = {
  M: "%B",
  i: "%M",
  s: "%S",
  h: "%I",
  k: "%-H",
  l: "%-I",
  c: "%-m",
  e: "%-d",
  W: "%A",
  r: "%I:%M:%S %p",
  T: "%H:%M:%S",
  v: "%V",
  x: "%G",
};

/** Joda's, the longest first: https://trino.io/docs/current/functions/datetime.html#java-date-functions */
const JODA: readonly (readonly [string, string])[] = [
  ["yyyy", "%Y"],
  ["MMMM", "%B"],
  ["MMM", "%b"],
  ["MM", "%m"],
  ["dd", "%d"],
  ["EEEE", "%A"],
  ["EEE", "%a"],
  ["HH", "%H"],
  ["hh", "%I"],
  ["mm", "%M"],
  ["ss", "%S"],
  ["SSS", "%g"],
];

/** The format of `date_format` and `date_parse` in strftime's letters. */
export function fromMysql(format: string): string {
  return format.replace(/%(.)/g, (whole, letter: string) => MYSQL[letter] ?? whole);
}

/** The format of `format_datetime` and `parse_datetime` in strftime's letters. */
export function fromJoda(format: string): string {
  const pieces = new RegExp(`'([^']*)'|${JODA.map(([joda]) => joda).join("|")}|%`, "g");
  const letters = new Map(JODA);
  return format.replace(pieces, (piece, text: string | undefined) => letters.get(piece) ?? text ?? "%%");
}
