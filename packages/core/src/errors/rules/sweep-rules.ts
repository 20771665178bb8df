const list = (names: readonly string[]) => names.join(", ");

/** Rules about the matrix of a sweep, in English words. */
export const sweepRules = {
  matrix_kind: () => "is not a mapping of names to lists of values",
  matrix_name: () => "is not a name for a variable: letters, digits, _ and -, not a digit first",
  matrix_list: ({ name }: { name: string }) =>
    `is not a list of values, such as ${name}: [1e-3, 1e-4]`,
  matrix_no_value: () => "is empty; give one value at least",
  matrix_scalar: () => "is neither text nor a number nor true or false",
  matrix_value_twice: ({ value }: { value: string }) => `"${value}" is in the list twice`,
  matrix_unused: ({ name }: { name: string }) =>
    `is used nowhere; write {{ matrix.${name} }} into a text of the spec`,
  matrix_unknown: ({ name, near, known }: { name: string; near?: string; known: string[] }) => {
    const meant = near === undefined ? `the matrix has ${list(known)}` : `did you mean ${near}?`;
    return known.length === 0
      ? `{{ matrix.${name} }} needs a matrix; there is none`
      : `{{ matrix.${name} }} is not in the matrix; ${meant}`;
  },
  matrix_template: ({ shown }: { shown: string }) =>
    `"${shown}" is not of the form {{ matrix.NAME }}`,
  matrix_entries: () => "is not a list of mappings of names to values",
  matrix_entry: () => "is not a mapping of names to values",
  matrix_entry_name: ({ known }: { known: string[] }) =>
    `is not in the matrix, which has ${list(known)}`,
  matrix_include_missing: ({ names }: { names: string[] }) =>
    `leaves out ${list(names)}; an included run gives every value`,
  matrix_run_twice: () => "equals another run",
  matrix_excludes_nothing: () => "matches no combination of the matrix",
  matrix_sample_form: () =>
    "is neither a number of runs nor a mapping with runs and seed, whole numbers from 1 and 0 on",
  matrix_sample_too_many: ({ combinations }: { combinations: number }) =>
    `is more than the ${combinations} combinations that there are`,
  matrix_no_run: () => "leaves no run",
  matrix_too_many: ({ runs, most }: { runs: number; most: number }) =>
    `makes ${runs} combinations, more than ${most}; take a sample or fewer values`,
  matrix_too_long: () => "is over 1 MiB long with the values of the matrix in it",
  matrix_setting_form: () => "is not NAME=value,value, such as lr=1e-3,1e-4",
  matrix_key_quotes: () => 'a text that begins with {{ needs quotes: "{{ matrix.NAME }}"',
};
