/** The nonce that the server gave this page for styles that its scripts make. */

export const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";

type Make = (name: string, options?: ElementCreationOptions) => Element;

/** Gives it to every style that is made. The library measures scroll bars by one that it forgets to give it to. */
export function giveNonce(given: string): void {
  const original = Reflect.get(document, "createElement") as Make;
  const make = original.bind(document);
  const making: Make = (name, options) => {
    const element = make(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = given;
    return element;
  };
  Object.defineProperty(document, "createElement", { value: making, configurable: true, writable: true });
}
