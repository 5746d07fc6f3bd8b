/** An object that is the same as another one but for some of its members. */
export function standingFor<T extends object>(whole: T, other: Partial<T>): T {
  return new Proxy(whole, {
    get: (_, key) => {
      if (key in other) return other[key as keyof T];
      const value: unknown = Reflect.get(whole, key, whole);
      return typeof value === 'function' ? value.bind(whole) : value;
    },
  });
}
