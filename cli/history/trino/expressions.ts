import { FORMATS } from "./formats";

/** A part of DuckDB's parsed SQL, as its `json_serialize_sql` writes it. */
export type Node = { [key: string]: unknown };

/** Aggregates of Trino by DuckDB's names: a macro takes neither FILTER nor OVER. */
const RENAMED: Readonly<Record<string, string>> = {
  approx_percentile: "approx_quantile",
  arbitrary: "any_value",
  every: "bool_and",
  transform: "list_transform",
  format: "printf",
  mod: "trino_modulo",
};
const OPERATORS: Readonly<Record<string, string>> = { "/": "trino_divide", "%": "trino_modulo" };
/** Inside try(), where nothing may fail. */
const TRIED: Readonly<Record<string, string>> = { trino_divide: "trino_try_divide", trino_modulo: "trino_try_modulo" };
/** What gives a date for a date, where DuckDB gives a timestamp. */
const KEEPING_DATES = ["date_add", "date_trunc"];
const DATES = ["current_date", "date", "from_iso8601_date", "last_day_of_month"];
const WHOLE_DAYS = ["to_days", "to_weeks", "to_months", "to_years"];
const WHOLE_NUMBERS = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT"];
/** Parts of a date that EXTRACT names. */
const PARTS: Readonly<Record<string, string>> = {
  dow: "isodow",
  day_of_week: "isodow",
  day_of_month: "day",
  day_of_year: "doy",
  year_of_week: "isoyear",
  yow: "isoyear",
};

/** The same question with Trino's meaning: its division, casts, names, and its names for columns that have none. */
export function withTrinosMeaning(statement: Node): Node {
  return rewritten(nameColumns(statement), false) as Node;
}

function rewritten(value: unknown, tried: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => rewritten(each, tried));
  if (!isNode(value)) return value;
  const inside = tried || value.type === "OPERATOR_TRY";
  const node = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rewritten(each, inside)]));
  if (node.class === "FUNCTION" || node.class === "WINDOW") return renamed(node, tried);
  if (node.class === "CAST") return castOf(node);
  // DuckDB prints 1000e0 as 1000.0, a decimal, and decimals divide otherwise.
  if (node.class === "CONSTANT" && typeOf(node.value) === "DOUBLE")
    return cast({ ...node, alias: "" }, "DOUBLE", node.alias);
  return node;
}

function renamed(node: Node, tried: boolean): Node {
  const name = String(node.function_name).toLowerCase();
  const children = node.children as Node[];
  if (name === "approx_distinct")
    return { ...node, function_name: "count", distinct: true, children: children.slice(0, 1) };
  // DuckDB's takes shares as decimals, and each DOUBLE has become a cast here.
  if (name === "approx_percentile" && children[1]?.class === "CAST" && isNode(children[1].child))
    return {
      ...node,
      function_name: "approx_quantile",
      children: [children[0], cast(children[1].child, "FLOAT", ""), ...children.slice(2)],
    };
  if (name === "concat" && children.length > 1)
    return {
      ...children.reduce((left, right) => ({
        ...node,
        function_name: "||",
        is_operator: true,
        children: [left, right],
      })),
      alias: node.alias,
    };
  const translated = FORMATS[name];
  if (translated !== undefined && children[1] !== undefined) {
    const format = isNode(children[1].value) ? children[1].value.value : undefined;
    if (typeof format !== "string")
      throw new Error(`"${name}" must have its format written out, got an expression. Fix: use a string in quotes`);
    return { ...node, children: [children[0], constantOf(children[1], translated(format))] };
  }
  if (name === "date_part" && isNode(children[0]) && isNode(children[0].value)) {
    const part = PARTS[String(children[0].value.value).toLowerCase()];
    if (part !== undefined) return { ...node, children: [constantOf(children[0], part), ...children.slice(1)] };
  }
  const shifted = node.is_operator && "+-".includes(name) && children.some(isWholeDays);
  if ((shifted || KEEPING_DATES.includes(name)) && children.some(isDate))
    return cast({ ...node, alias: "" }, "DATE", node.alias);
  const known = node.is_operator ? OPERATORS[name] : RENAMED[name];
  if (known === undefined || children.length < 1) return node;
  return { ...node, function_name: (tried && TRIED[known]) || known, is_operator: false };
}

function castOf(node: Node): Node {
  const type = isNode(node.cast_type) ? node.cast_type.id : undefined;
  // A parameter has no type yet by which a macro could be chosen.
  if (!isNode(node.child) || node.child.class === "PARAMETER") return node;
  if (type === "VARCHAR" && !node.try_cast) return { ...call("trino_text", node.child), alias: node.alias };
  if (WHOLE_NUMBERS.includes(String(type)) && !node.try_cast)
    return { ...node, child: call("trino_rounded", node.child) };
  return node;
}

/** Columns that have no name are called `_col0`, `_col1`, … by their place. */
function nameColumns(statement: Node): Node {
  const named = (node: Node): Node => {
    if (isNode(node.left)) return { ...node, left: named(node.left) };
    if (!Array.isArray(node.select_list)) return node;
    const unnamed = (each: Node) => each.alias === "" && each.class !== "COLUMN_REF" && each.class !== "STAR";
    return {
      ...node,
      select_list: node.select_list.map((each, at) => (unnamed(each) ? { ...each, alias: `_col${at}` } : each)),
    };
  };
  return isNode(statement.node) ? { ...statement, node: named(statement.node) } : statement;
}

function isWholeDays(node: Node): boolean {
  return WHOLE_DAYS.includes(String(node.function_name));
}

/** Whether it is a date by its own words; of a column this is not known here. */
function isDate(node: Node): boolean {
  if (node.class === "CAST") return isNode(node.cast_type) && node.cast_type.id === "DATE";
  const name = node.class === "COLUMN_REF" ? (node.column_names as string[]).join(".") : String(node.function_name);
  return DATES.includes(name.toLowerCase());
}

function call(name: string, child: Node): Node {
  return {
    class: "FUNCTION",
    type: "FUNCTION",
    alias: "",
    query_location: 0,
    function_name: name,
    schema: "",
    children: [child],
    filter: null,
    order_bys: { type: "ORDER_MODIFIER", orders: [] },
    distinct: false,
    is_operator: false,
    export_state: false,
    catalog: "",
  };
}

function cast(child: Node, type: string, alias: unknown): Node {
  return {
    class: "CAST",
    type: "OPERATOR_CAST",
    alias,
    query_location: 0,
    child,
    cast_type: { id: type, type_info: null },
    try_cast: false,
  };
}

function constantOf(node: Node, value: string): Node {
  return { ...node, value: { ...(node.value as Node), value } };
}

function typeOf(value: unknown): unknown {
  return isNode(value) && isNode(value.type) ? value.type.id : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
