import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { amazonRoots } from "../../../cli/device/connection";

describe("amazonRoots", () => {
  it("is the roots that AWS IoT's chains end in, for RSA and for elliptic curves", () => {
    const roots = amazonRoots().match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    const names = roots.map((pem) => new X509Certificate(pem).subject.split("\n").at(-1));
    expect(names.sort()).toEqual([1, 2, 3, 4].map((number) => `CN=Amazon Root CA ${number}`));
  });
});
