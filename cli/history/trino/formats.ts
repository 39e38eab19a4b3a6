/** MySQL's letters in strftime's: https://trino.io/docs/current/functions/datetime.html#mysql-date-functions */
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
/** Letters that both have with one meaning; `%f` has six digits in both. */
const ALIKE = "aYymdHISpjbf%";

/** Joda's letters: https://trino.io/docs/current/functions/datetime.html#java-date-functions */
const JODA: Readonly<Record<string, string>> = {
  yyyy: "%Y",
  MMMM: "%B",
  MMM: "%b",
  MM: "%m",
  dd: "%d",
  EEEE: "%A",
  EEE: "%a",
  HH: "%H",
  hh: "%I",
  mm: "%M",
  ss: "%S",
  SSS: "%g",
  a: "%p",
};

/** Functions of Trino whose second argument is a format. */
export const FORMATS: Readonly<Record<string, (format: string) => string>> = {
  date_format: fromMysql,
  date_parse: fromMysql,
  format_datetime: fromJoda,
  parse_datetime: fromJoda,
};

function fromMysql(format: string): string {
  return format.replace(/%([\s\S])/g, (text, letter: string) => {
    const known = MYSQL[letter] ?? (ALIKE.includes(letter) ? text : undefined);
    if (known === undefined) throw new Error(unknown("date_format", text));
    return known;
  });
}

function fromJoda(format: string): string {
  return format.replace(/'((?:[^']|'')*)'|([A-Za-z])\2*|%/g, (text, quoted: string | undefined) => {
    if (text === "%") return "%%";
    if (quoted !== undefined) return (quoted === "" ? "'" : quoted.replaceAll("''", "'")).replaceAll("%", "%%");
    const known = JODA[text];
    if (known === undefined) throw new Error(unknown("format_datetime", text));
    return known;
  });
}

function unknown(name: string, text: string): string {
  return `"${name}" must have a format that the local engine knows, got "${text}". Fix: ask the deployed stack, or use another letter`;
}
