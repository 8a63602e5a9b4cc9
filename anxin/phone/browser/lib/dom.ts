// Elements in one line each. Text is always set as text, never as markup.
type Child = Node | string | number | false | null | undefined | Child[];
type Props = Record<string, unknown>;

const SVG = "http://www.w3.org/2000/svg";

function fill(node: Element, props: Props, children: Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") node.addEventListener(name.slice(2), value as EventListener);
    else if (name === "value" && "value" in node) (node as HTMLInputElement).value = String(value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  const add = (child: Child): void => {
    if (Array.isArray(child)) child.forEach(add);
    else if (child !== false && child !== null && child !== undefined) node.append(child instanceof Node ? child : String(child));
  };
  children.forEach(add);
}

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, props, children);
  return node;
}

export function svg<K extends keyof SVGElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, tag) as SVGElementTagNameMap[K];
  fill(node, props, children);
  return node;
}

/** Put children in place of what an element holds. */
export function set(node: Element, ...children: Child[]): void {
  node.replaceChildren();
  fill(node, {}, children);
}

/** A drawing of 24 x 24, in the line of the text. */
export const icon = (path: string) =>
  svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" }, svg("path", { d: path }));

/** Say something to eyes and ears alike, for a while. */
let gone = 0;
export function tellUser(text: string, tone = "", ...more: Node[]): void {
  const box = document.getElementById("say");
  if (!box) return;
  box.replaceChildren(h("p", { class: `told ${tone}` }, text, ...more));
  clearTimeout(gone);
  gone = self.setTimeout(() => box.replaceChildren(), tone === "bad" ? 15_000 : 2500);
}

/** A question over the page; answers the value of the button that was pressed, or "" when it was closed. */
export function askUser(text: string, answers: [string, string, string?][], ...more: Child[]): Promise<string> {
  return new Promise((give) => {
    const box = h("dialog", { class: "ask", "aria-label": text }, h("p", {}, text), more,
      h("div", { class: "row" }, answers.map(([value, label, tone]) => h("button", { type: "button", class: `big ${tone ?? ""}`, onclick: () => box.close(value) }, label))));
    box.addEventListener("close", () => {
      box.remove();
      give(box.returnValue);
    });
    document.body.append(box);
    box.showModal();
  });
}
