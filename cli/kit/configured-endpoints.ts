/** An endpoint that the SDK takes from the environment or a profile. */
export interface ConfiguredEndpoint {
  /** The variable or the line of a profile, for a message. */
  readonly property: string;
  readonly url: string;
  /** How to remove it. */
  readonly fix: string;
}

/** A file in the form of AWS's config file. */
export interface ConfigFile {
  readonly path: string;
  /** Empty where there is no such file. */
  readonly text: string;
}

const VARIABLE = /^AWS_ENDPOINT_URL(_[A-Z0-9_]+)?$/i;

/**
 * Each endpoint that the environment or the profile sets, for any service: credentials come from services, too.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function configuredEndpoints(
  env: Readonly<Record<string, string | undefined>>,
  files: readonly ConfigFile[],
): ConfiguredEndpoint[] {
  const profile = env.AWS_PROFILE || "default";
  const read = files.map((file) => ({ ...file, sections: sectionsOf(file.text) }));
  const own = read.flatMap(({ path, sections }) => {
    const section = sections.get(`profile ${profile}`) ?? sections.get(profile);
    return section === undefined ? [] : [{ path, section }];
  });
  const ignored = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS;
  if (
    ignored !== undefined && ignored !== "" ? isTrue(ignored) : own.some(({ section }) => isTrue(section.get(IGNORE)))
  )
    return [];
  const services = own.flatMap(({ section }) => section.get("services") ?? []);
  return [
    ...Object.entries(env).flatMap(([name, url]) =>
      VARIABLE.test(name) && url ? [{ property: name, url, fix: `unset ${name}` }] : [],
    ),
    ...own.flatMap(({ path, section }) => endpointsIn(section, `the profile "${profile}"`, path)),
    ...read.flatMap(({ path, sections }) =>
      services.flatMap((name) =>
        endpointsIn(sections.get(`services ${name}`) ?? new Map(), `services "${name}"`, path),
      ),
    ),
  ];
}

/** Whether a URL leads to this machine: loopback in any spelling, the unspecified address, or a container's name for its host. */
export function isThisMachine(url: string): boolean {
  const host = hostOf(url);
  return (
    host !== undefined &&
    (isLoopbackAddress(host) ||
      /(^|\.)localhost$|^localhost\.localdomain$|^ip6-l(ocalhost|oopback)$|(^|\.)localhost\.localstack\.cloud$/.test(
        host,
      ) ||
      /^(host|gateway)\.docker\.internal$|^host\.containers\.internal$/.test(host))
  );
}

/** Whether an IP address is loopback or the unspecified one. */
export function isLoopbackAddress(address: string): boolean {
  return /^127(\.\d+){3}$|^0\.0\.0\.0$|^::1?$|^::ffff:(127\.|7f[0-9a-f]{2}:|0\.0\.0\.0$|0:0$)/i.test(address);
}

/** A URL's host in lower case, an IPv6 address without brackets; undefined where it has none. */
export function hostOf(url: string): string | undefined {
  const text = url.includes("://") ? url : `http://${url}`;
  // The parser writes each form of an IPv4 address (127.1, 0x7f000001) with four numbers.
  return URL.canParse(text) ? new URL(text).hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase() : undefined;
}

const IGNORE = "ignore_configured_endpoint_urls";

function isTrue(text: string | undefined): boolean {
  return text?.trim().toLowerCase() === "true";
}

/** `endpoint_url`, of the section itself or within a service's indented lines. */
function endpointsIn(section: ReadonlyMap<string, string>, of: string, path: string): ConfiguredEndpoint[] {
  return [...section].flatMap(([key, url]) =>
    key === "endpoint_url" || key.endsWith(".endpoint_url")
      ? [
          {
            property: `${key} of ${of} in ${path}`,
            url,
            fix: `remove that line, or export ${IGNORE_VARIABLE}=true`,
          },
        ]
      : [],
  );
}

const IGNORE_VARIABLE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

/** Each section's settings; a setting within an indented block is `<block>.<key>`. */
function sectionsOf(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  let block = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const name = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim().replace(/\s+/g, " ").replaceAll(/["']/g, "");
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      block = "";
      continue;
    }
    const [, indent = "", key = "", given = ""] = /^(\s*)([^=\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key === "") continue;
    const value = given.replace(/\s[#;].*$/, "").trim();
    if (indent === "") block = value === "" ? key : "";
    if (value !== "") section.set(indent !== "" && block !== "" ? `${block}.${key}` : key, value);
  }
  return sections;
}
