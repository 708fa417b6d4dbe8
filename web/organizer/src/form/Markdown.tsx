import type { Nodes, Parents } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { createElement, Fragment, type ReactNode } from "react";

/**
 * A description as guests will see it, while it is typed. The rules are those of shared/domain/src/markdown.rs: HTML is
 * shown as the text it is, links lead to web pages and mail addresses only, a picture is a link, headings begin at h3.
 */
export default function Markdown({ text }: { text: string }) {
  const root = fromMarkdown(text);
  const links = new Map<string, string>();
  for (const node of root.children) {
    if (node.type === "definition" && !links.has(node.identifier)) links.set(node.identifier, node.url);
  }
  return <div className="prose">{children(root, links, false)}</div>;
}

type Links = ReadonlyMap<string, string>;

function children(parent: Parents, links: Links, linked: boolean): ReactNode[] {
  return parent.children.map((node) => (
    <Fragment key={node.position?.start.offset}>{shown(node, links, linked)}</Fragment>
  ));
}

function link(url: string | undefined, content: ReactNode, linked: boolean): ReactNode {
  if (linked || !url || !/^(?:https?:\/\/|mailto:)./i.test(url)) return content;
  return (
    <a href={url} rel="nofollow ugc noopener" target="_blank">
      {content}
    </a>
  );
}

function shown(node: Nodes, links: Links, linked: boolean): ReactNode {
  switch (node.type) {
    case "text":
    case "html":
      return node.value;
    case "paragraph":
      return <p>{children(node, links, linked)}</p>;
    case "heading":
      return createElement(`h${Math.min(6, node.depth + 2)}`, null, children(node, links, linked));
    case "emphasis":
      return <em>{children(node, links, linked)}</em>;
    case "strong":
      return <strong>{children(node, links, linked)}</strong>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return (
        <pre>
          <code>{node.value}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{children(node, links, linked)}</blockquote>;
    case "list":
      return createElement(
        node.ordered ? "ol" : "ul",
        node.ordered && node.start && node.start !== 1 ? { start: node.start } : null,
        node.children.map((item) => (
          <li key={item.position?.start.offset}>
            {item.children.map((part) => (
              <Fragment key={part.position?.start.offset}>
                {/* In a list without blank lines, items are lines and not paragraphs. */}
                {part.type === "paragraph" && !node.spread && !item.spread
                  ? children(part, links, linked)
                  : shown(part, links, linked)}
              </Fragment>
            ))}
          </li>
        )),
      );
    case "break":
      return <br />;
    case "thematicBreak":
      return <hr />;
    case "link":
      return link(node.url, children(node, links, true), linked);
    case "linkReference":
      return link(links.get(node.identifier), children(node, links, true), linked);
    case "image":
      return link(node.url, node.alt || node.url, linked);
    case "imageReference":
      return link(links.get(node.identifier), node.alt || links.get(node.identifier), linked);
    default:
      return null;
  }
}
