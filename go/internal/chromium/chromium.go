// Package chromium drives a headless Chromium in tests.
package chromium

import _ "github.com/chromedp/chromedp"
