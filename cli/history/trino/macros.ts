/**
 * Functions of Trino that DuckDB lacks or answers differently, as macros of DuckDB. A macro of a built-in's name hides
 * it, and reaches it as `system.main.<name>`. https://trino.io/docs/current/functions.html
 */
const DIVISION = [
  // One macro for all types, for DuckDB knows no type of an aggregate when it chooses among a macro's overloads. Whole numbers
  // stay whole by the setting integer_division, and decimals keep their larger scale.
  ...["divide", "try_divide"].map(
    (name) => `trino_${name}(a, b) AS CASE WHEN b = 0 THEN ${name === "divide" ? "trino_zero(a, b)" : "NULL"}
      WHEN trino_is_decimal(a, b) THEN round(a / b, greatest(trino_scale(a), trino_scale(b))) ELSE a / b END`,
  ),
  `trino_modulo(a, b) AS CASE WHEN b = 0 THEN trino_zero(a, b) ELSE a % b END`,
  `trino_try_modulo(a, b) AS a % b`,
];

const HELPERS = [
  `trino_scale(x) AS coalesce(try_cast(system.main.regexp_extract(system.main.typeof(x), '^DECIMAL.*,(\\d+)', 1) AS INTEGER), 0)`,
  `trino_is_decimal(a, b) AS (system.main.typeof(a) LIKE 'DECIMAL%' AND system.main.typeof(b) NOT IN ('DOUBLE', 'FLOAT'))
    OR (system.main.typeof(b) LIKE 'DECIMAL%' AND system.main.typeof(a) NOT IN ('DOUBLE', 'FLOAT'))`,
  `trino_is_double(x) AS system.main.typeof(x) IN ('DOUBLE', 'FLOAT')`,
  `trino_zero(a, b) AS error(CASE WHEN trino_is_double(a) OR trino_is_double(b)
    THEN 'A double is divided by zero: Athena answers Infinity or NaN, the local run cannot. Fix: divide by nullif(<divisor>, 0)'
    ELSE 'Division by zero' END)`,
  `trino_interval(u, n) AS CASE lower(u) WHEN 'millisecond' THEN system.main.to_milliseconds(CAST(n AS BIGINT)) WHEN 'second' THEN to_seconds(CAST(n AS BIGINT))
    WHEN 'minute' THEN to_minutes(CAST(n AS BIGINT)) WHEN 'hour' THEN to_hours(CAST(n AS BIGINT)) WHEN 'day' THEN to_days(CAST(n AS INTEGER))
    WHEN 'week' THEN to_weeks(CAST(n AS INTEGER)) WHEN 'month' THEN to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER))
    WHEN 'year' THEN to_years(CAST(n AS INTEGER)) ELSE error('"' || u || '" is not a unit of time') END`,
];

const CASTS = [
  `trino_milliseconds(t) AS rpad(t || CASE WHEN contains(t, '.') THEN '' ELSE '.' END, 23, '0')`,
  `trino_text(x) AS CASE system.main.typeof(x) WHEN 'JSON' THEN json_extract_string(CAST(x AS VARCHAR), '$')
    WHEN 'TIMESTAMP' THEN trino_milliseconds(CAST(x AS VARCHAR))
    WHEN 'TIMESTAMP WITH TIME ZONE' THEN trino_milliseconds(system.main.replace(CAST(x AS VARCHAR), '+00', '')) || ' UTC'
    ELSE CAST(x AS VARCHAR) END`,
  // Trino rounds half away from zero, DuckDB's cast half to even. Whatever is no double goes by its text.
  `trino_rounded(x) AS CASE WHEN trino_is_double(x) THEN CAST(round(CAST(CAST(x AS VARCHAR) AS DOUBLE)) AS VARCHAR)
    WHEN system.main.typeof(x) = 'BOOLEAN' THEN CASE CAST(x AS VARCHAR) WHEN 'true' THEN '1' WHEN 'false' THEN '0' END
    ELSE CAST(x AS VARCHAR) END`,
];

const TIME = [
  // A zone shows another clock; DuckDB's timestamps have none, so that the clock's reading itself is the answer.
  `timezone(z, t) AS system.main.timezone(z, system.main.timezone('UTC', CAST(t AS TIMESTAMP)))`,
  `at_timezone(t, z) AS system.main.timezone(z, system.main.timezone('UTC', CAST(t AS TIMESTAMP)))`,
  `with_timezone(t, z) AS system.main.timezone(z, CAST(t AS TIMESTAMP))`,
  `current_timezone() AS 'UTC'`,
  `date_diff(u, a, b) AS system.main.date_sub(lower(u), CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP))`,
  `date_add(u, n, x) AS x + trino_interval(u, n)`,
  `date_format(t, f) AS strftime(CAST(t AS TIMESTAMP), f)`,
  `date_parse(s, f) AS strptime(s, f)`,
  `format_datetime(t, f) AS strftime(CAST(t AS TIMESTAMP), f)`,
  `parse_datetime(s, f) AS system.main.timezone('UTC', strptime(s, f))`,
  `from_unixtime(x) AS to_timestamp(CAST(x AS DOUBLE)),
   (x, z) AS system.main.timezone(z, to_timestamp(CAST(x AS DOUBLE)))`,
  `from_unixtime_nanos(x) AS to_timestamp(CAST(x AS DOUBLE) / 1e9)`,
  `to_unixtime(t) AS epoch(t)`,
  `from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ)`,
  `from_iso8601_date(s) AS CAST(s AS DATE)`,
  `to_iso8601(x) AS system.main.replace(system.main.replace(trino_text(x), ' UTC', 'Z'), ' ', 'T')`,
  `last_day_of_month(x) AS last_day(x)`,
  `day_of_week(x) AS isodow(x)`,
  `dow(x) AS isodow(x)`,
  `day_of_month(x) AS system.main.day(x)`,
  `day_of_year(x) AS dayofyear(x)`,
  `doy(x) AS dayofyear(x)`,
  `week_of_year(x) AS weekofyear(x)`,
  `year_of_week(x) AS isoyear(x)`,
  `yow(x) AS isoyear(x)`,
  `millisecond(x) AS system.main.millisecond(x) % 1000`,
  // Of an interval, where DuckDB makes one.
  `to_milliseconds(x) AS CAST(epoch(x) * 1000 AS BIGINT)`,
];

const TEXT = [
  `codepoint(x) AS unicode(x)`,
  `levenshtein_distance(a, b) AS levenshtein(a, b)`,
  `hamming_distance(a, b) AS hamming(a, b)`,
  `replace(x, a) AS system.main.replace(x, a, ''), (x, a, b) AS system.main.replace(x, a, b)`,
  `split_part(x, d, i) AS CASE WHEN i <= len(string_split(x, d)) THEN system.main.split_part(x, d, i) END`,
  `substr(x, i) AS CASE WHEN i = 0 OR abs(i) > length(x) THEN '' ELSE system.main.substr(x, i) END,
   (x, i, n) AS CASE WHEN i = 0 OR abs(i) > length(x) THEN '' ELSE system.main.substr(x, i, n) END`,
  `substring(x, i) AS CASE WHEN i = 0 OR abs(i) > length(x) THEN '' ELSE system.main.substr(x, i) END,
   (x, i, n) AS CASE WHEN i = 0 OR abs(i) > length(x) THEN '' ELSE system.main.substr(x, i, n) END`,
  `to_utf8(x) AS encode(x)`,
  `from_utf8(x) AS decode(x)`,
  `regexp_like(x, p) AS regexp_matches(x, p)`,
  `regexp_extract(x, p) AS CASE WHEN regexp_matches(x, p) THEN system.main.regexp_extract(x, p) END,
   (x, p, g) AS CASE WHEN regexp_matches(x, p) THEN system.main.regexp_extract(x, p, g) END`,
  `regexp_replace(x, p) AS system.main.regexp_replace(x, p, '', 'g'),
   (x, p, r) AS system.main.regexp_replace(x, p, system.main.regexp_replace(r, '\\$(\\d)', '\\\\\\1', 'g'), 'g')`,
  `regexp_count(x, p) AS len(regexp_extract_all(x, p))`,
  `regexp_split(x, p) AS regexp_split_to_array(x, p)`,
];

const JSON_FUNCTIONS = [
  // What is not JSON has nothing at any path, and an object is no scalar.
  `json_extract(x, p) AS system.main.json_extract(try_cast(CAST(x AS VARCHAR) AS JSON), p)`,
  `json_extract_scalar(x, p) AS CASE WHEN json_type(try_cast(CAST(x AS VARCHAR) AS JSON), p) NOT IN ('OBJECT', 'ARRAY', 'NULL')
    THEN json_extract_string(try_cast(CAST(x AS VARCHAR) AS JSON), p) END`,
  `json_parse(x) AS CAST(x AS JSON)`,
  `json_format(x) AS CAST(x AS VARCHAR)`,
  `json_size(x, p) AS CASE json_type(try_cast(CAST(x AS VARCHAR) AS JSON), p) WHEN 'ARRAY' THEN json_array_length(CAST(x AS JSON), p)
    WHEN 'OBJECT' THEN len(json_keys(CAST(x AS JSON), p)) WHEN NULL THEN NULL ELSE 0 END`,
  `json_array_get(x, i) AS system.main.json_extract(CAST(x AS JSON), '$[' || i || ']')`,
  `json_array_contains(x, v) AS list_contains(CAST(CAST(x AS JSON) AS VARCHAR[]), CAST(v AS VARCHAR))`,
  `is_json_scalar(x) AS json_type(CAST(x AS JSON)) NOT IN ('OBJECT', 'ARRAY')`,
];

const COLLECTIONS = [
  `element_at(x, i) AS x[i]`,
  // DuckDB's own takes maps only, len() lists only, and a macro cannot tell them apart by their types.
  `cardinality(x) AS CASE json_type(to_json(x)) WHEN 'OBJECT' THEN len(json_keys(to_json(x))) ELSE json_array_length(to_json(x)) END`,
  `array_join(x, d) AS array_to_string(x, d)`,
  `array_max(x) AS CASE WHEN len(x) = len(list_filter(x, lambda e: e IS NOT NULL)) THEN list_max(x) END`,
  `array_min(x) AS CASE WHEN len(x) = len(list_filter(x, lambda e: e IS NOT NULL)) THEN list_min(x) END`,
  `array_position(x, e) AS coalesce(list_position(x, e), 0)`,
  `array_remove(x, e) AS list_filter(x, lambda each: each <> e)`,
  `arrays_overlap(a, b) AS list_has_any(a, b)`,
  `slice(x, i, n) AS x[i : i + n - 1]`,
  `repeat(x, n) AS list_transform(range(n), lambda each: x)`,
  `sequence(a BIGINT, b BIGINT) AS generate_series(a, b, CASE WHEN a <= b THEN 1 ELSE -1 END),
   (a DATE, b DATE) AS list_transform(generate_series(a, b, to_days(1)), lambda each: CAST(each AS DATE)),
   (a BIGINT, b BIGINT, s BIGINT) AS generate_series(a, b, s),
   (a DATE, b DATE, s INTERVAL) AS list_transform(generate_series(a, b, s), lambda each: CAST(each AS DATE)),
   (a, b, s) AS generate_series(a, b, s)`,
  `map_agg(k, v) AS map(list(k), list(v))`,
];

const NUMBERS = [
  `truncate(x) AS trunc(x), (x, n) AS trunc(x * pow(10, n)) / pow(10, n)`,
  `rand() AS random()`,
  `infinity() AS CAST('inf' AS DOUBLE)`,
  `nan() AS CAST('nan' AS DOUBLE)`,
  `e() AS exp(1e0)`,
  `is_nan(x) AS isnan(x)`,
  `is_finite(x) AS isfinite(x)`,
  `is_infinite(x) AS isinf(x)`,
  `width_bucket(x, lo, hi, n) AS CASE WHEN x < lo THEN 0 WHEN x >= hi THEN n + 1
    ELSE CAST(floor((x - lo) * CAST(n AS DOUBLE) / (hi - lo)) AS BIGINT) + 1 END`,
  // NULL among the values is NULL.
  ...["greatest", "least"].map(
    (name) =>
      `${name}(a, b) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN system.main.${name}(a, b) END,
       (a, b, c) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL AND c IS NOT NULL THEN system.main.${name}(a, b, c) END,
       (a, b, c, d) AS CASE WHEN a IS NOT NULL AND b IS NOT NULL AND c IS NOT NULL AND d IS NOT NULL THEN system.main.${name}(a, b, c, d) END`,
  ),
];

/** The statements that make them, in their order: one may use those before it. */
export const TRINO_MACROS: readonly string[] = [
  ...HELPERS,
  ...DIVISION,
  ...CASTS,
  ...TIME,
  ...TEXT,
  ...JSON_FUNCTIONS,
  ...COLLECTIONS,
  ...NUMBERS,
].map((macro) => `CREATE MACRO ${macro}`);
