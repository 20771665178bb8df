import { nearest, visibleText } from "../text/text.ts";
import { inputError } from "./input-errors.ts";

/** What a value of an option has to be: any, or a number that is not below 0. */
type OptionKind = "any" | "number";

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
      const known = Object.keys(kinds);
      const meant = nearest(name, known);
      throw inputError("option_unknown", { of, name: visibleText(name), meant, known });
    }
    if (value === undefined || kinds[name as keyof Options] !== "number") continue;
    if (typeof value === "number" && value >= 0) continue;
    throw inputError("option_number", { of, name, value: visibleText(String(value)) });
  }
}
