import { nearest, visibleText } from "../text/text.ts";
import { inputError } from "./input-errors.ts";

/**
 * What a value of an option has to be: any, a number that is not below 0, one above it, or one above it that is finite.
 * An `inner` one is any of this package's own, of which nobody else is told.
 */
type OptionKind = "any" | "inner" | "number" | "positive" | "finite";

/** Every option of a function. */
export type OptionKinds<Options> = Readonly<Record<keyof Options, OptionKind>>;

/**
 * Checks the names of options, which JavaScript does not: `baseURL` for `baseUrl` would send the password elsewhere.
 * @param of the function whose options they are.
 * @throws {InputError} it has no such option, or the value of one is no such number.
 */
export function checkOptions<Options extends object>(
  of: string,
  options: Options,
  kinds: OptionKinds<Options>,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(kinds, name)) {
      const known = Object.keys(kinds).filter((key) => Reflect.get(kinds, key) !== "inner");
      const meant = nearest(name, known);
      throw inputError("option_unknown", { of, name: visibleText(name), meant, known });
    }
    const kind = kinds[name as keyof Options];
    if (value === undefined || kind === "any" || kind === "inner") continue;
    const isPositive = kind !== "number";
    const isEndless = kind === "finite" && value === Infinity;
    const fits = typeof value === "number" && (isPositive ? value > 0 : value >= 0);
    if (fits && !isEndless) continue;
    const facts = { of, name, value: visibleText(String(value)), isPositive };
    throw inputError("option_number", { ...facts, ...(isEndless && { isEndless }) });
  }
}
