/** Whether what can be pressed is large enough for a thumb. */
import { expect, type Page } from "@playwright/test";

/** The least width and height of a target for guests, in CSS pixels. */
const LEAST = 44;

/** Fails on whatever can be pressed on the page as it is now and is smaller than a thumb needs it. */
export async function expectTargets(page: Page): Promise<void> {
  expect.soft(await smallTargets(page), `targets smaller than ${LEAST} px at ${page.url()}`).toEqual([]);
}

/** What is smaller, each with its size and words. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(measure, LEAST);
}

/**
 * Runs in the page, so it stands by itself. Let go are links in a sentence, whose height is that of
 * their line (WCAG 2.5.8), and what has something larger around it that does the same: a label, or a card that is a link.
 */
function measure(least: number): string[] {
  const roles = ["button", "link", "tab", "option", "menuitem", "switch", "checkbox", "radio", "combobox"];
  const selector = ["a[href]", "button", "input", "select", "textarea", "summary"]
    .concat(roles.map((role) => `[role=${role}]`))
    .join();
  const isLarge = ({ width, height }: DOMRect) => width > least - 0.5 && height > least - 0.5;

  /** Whether there is something to see and to press: what only screen readers are told of is a pixel wide. */
  const isThere = (element: Element) => {
    const { width, height } = element.getBoundingClientRect();
    const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    return (
      seen && width > 1 && height > 1 && !element.closest("[inert], [aria-hidden=true], .skip:not(:focus)")
    );
  };

  const hasLargeLabel = (element: Element) => {
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
    const around = element.closest("label");
    return [...labels, ...(around ? [around] : [])].some((label) => isLarge(label.getBoundingClientRect()));
  };

  const isPressed = (element: Element, x: number, y: number) => {
    const hit = document.elementFromPoint(x, y);
    return hit !== null && element.contains(hit);
  };

  /**
   * Whether it is pressed as far around its middle as it has to be, since what lies over a card or a row may belong to its
   * link; or isn't pressed at all, since a window lies over it.
   */
  const reachesFar = (element: Element) => {
    element.scrollIntoView({ block: "center" });
    const { x, y, width, height } = element.getBoundingClientRect();
    const middle = { x: x + width / 2, y: y + height / 2 };
    if (!isPressed(element, middle.x, middle.y)) return true;
    const reach = (right: number, down: number) => {
      let far = 0;
      while (far < least && isPressed(element, middle.x + right * far, middle.y + down * far)) far += 1;
      return far;
    };
    return reach(-1, 0) + reach(1, 0) > least && reach(0, -1) + reach(0, 1) > least;
  };

  /** Whether there are other words in the same run of text, from one line break or block to the next. */
  const isInSentence = (element: Element) => {
    if (getComputedStyle(element).display !== "inline") return false;
    if (element.closest(".prose")) return true;
    const isBreak = (node: Node) =>
      node instanceof Element &&
      (node.tagName === "BR" || !getComputedStyle(node).display.startsWith("inline"));
    for (const side of ["previousSibling", "nextSibling"] as const) {
      for (let from: Node = element; !isBreak(from) && from.parentNode; from = from.parentNode) {
        let stopped = false;
        for (let node = from[side]; node && !stopped; node = node[side]) {
          if (isBreak(node)) stopped = true;
          else if (/[\p{L}\p{N}]/u.test(node.textContent ?? "")) return true;
        }
        if (stopped) break;
      }
    }
    return false;
  };

  const at = [scrollX, scrollY] as const;
  const small = [...document.querySelectorAll(selector)].filter(
    (element) =>
      isThere(element) &&
      !isLarge(element.getBoundingClientRect()) &&
      !hasLargeLabel(element) &&
      !isInSentence(element) &&
      !reachesFar(element),
  );
  scrollTo(...at);
  return small.map((element) => {
    const { width, height } = element.getBoundingClientRect();
    const words = element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "";
    return `${Math.round(width)} x ${Math.round(height)}: ${element.tagName.toLowerCase()} "${words.slice(0, 40)}"`;
  });
}
