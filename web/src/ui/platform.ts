/** Apple's keyboards have a command key where others have control. */
export const isApple = /\b(Mac|iP(hone|ad|od))/.test(navigator.userAgent)
