// What chaos clients type: tokens that occur nowhere else, each typed once, so that a text tells what
// was kept, lost or doubled. A token is typed whole and nothing is typed inside it; taken out of a
// text, all tokens leave the starter code and nothing else.

const pattern = /⟦([a-z0-9]+\.\d+):([^⟦⟧]*)⟧/gu

/** Between the name and the end: what positions and encodings go wrong over. */
const fillers = ['', 'x', 'é', '👩‍💻', '\n', ' a b ', '𝔘\n\n']

export const tokenName = (client, number) => `${client}.${number}`
export const tokenText = (name, random) => `⟦${name}:${random.pick(fillers)}⟧`

/** The tokens of a text, in its order. */
export function tokensIn(text) {
  return [...text.matchAll(pattern)].map(({ 0: whole, 1: name, index }) => ({
    name,
    text: whole,
    offset: index,
  }))
}

export const withoutTokens = (text) => text.replace(pattern, '')
