/**
 * Stands in the bundle for the `ip-address` package (33 kB), of which `socks` calls what is here.
 * Addresses come checked by `node:net`.
 */
export class Address4 {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The four bytes. */
  toArray(): number[] {
    return this.#text.split(".").map(Number);
  }
}

/** An IPv6 address; see {@link Address4}. */
export class Address6 {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The address of 16 bytes. */
  static fromByteArray(bytes: readonly number[]): Address6 {
    const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return new Address6((hex.match(/.{4}/g) ?? []).join(":"));
  }

  /** All eight groups in full: `2001:0db8:0000:…`. */
  canonicalForm(): string {
    const [withoutZone = ""] = this.#text.split("%");
    // URL writes a dotted tail as hexadecimal groups.
    const short = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
    const [head = "", tail] = short.split("::");
    const before = toGroups(head);
    const after = toGroups(tail ?? "");
    const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
    return [...before, ...zeros, ...after].map((group) => group.padStart(4, "0")).join(":");
  }
}

function toGroups(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
