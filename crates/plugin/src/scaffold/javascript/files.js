// Written by `pianoroll plugin new`; `--refresh` writes it anew.
//
// Files of the project's folder, as texts or bytes.

import * as host from "pianoroll:klaviyo/files@0.1.0";
import { ask } from "./layer.js";

const CHUNK = 1 << 20;

/** All bytes of a file, a piece at a time. */
export function* chunks(path) {
  const file = ask("files", () => host.open(path));
  try {
    for (;;) {
      const bytes = ask("files", () => host.read(file, CHUNK));
      if (bytes.length === 0) return;
      yield bytes;
    }
  } finally {
    ask("files", () => host.close(file));
  }
}

/** The text of a file in UTF-8. */
export function readText(path) {
  let units = "";
  for (const bytes of chunks(path)) {
    for (let at = 0; at < bytes.length; at += 8192) {
      units += String.fromCharCode(...bytes.slice(at, at + 8192));
    }
  }
  return decodeURIComponent(escape(units));
}

/** The lines of a text file, without their ends. */
export function lines(path) {
  return readText(path).replace(/\r?\n$/, "").split(/\r?\n/);
}

/** Begins a file; it appears whole when the run has completed. */
export function create(path) {
  const file = ask("files", () => host.create(path));
  return {
    write(text) {
      const bytes = typeof text === "string" ? encoded(text) : text;
      for (let at = 0; at < bytes.length; at += CHUNK) {
        ask("files", () => host.write(file, bytes.slice(at, at + CHUNK)));
      }
    },
    close() {
      ask("files", () => host.close(file));
    },
  };
}

/** Writes a whole file. */
export function writeText(path, text) {
  const file = create(path);
  file.write(text);
  file.close();
}

/** Whether there is such a file. */
export function exists(path) {
  return ask("files", () => host.exists(path));
}

const encoded = (text) => Uint8Array.from(unescape(encodeURIComponent(text)), (unit) => unit.charCodeAt(0));
