// Package chromium drives a headless Chromium: for tests, and to measure what a real browser does.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// PathVariable is the environment variable that names the browser to use.
const PathVariable = "REMB_CHROMIUM"

// ErrNotFound says that there is no Chromium on this machine.
var ErrNotFound = errors.New("no Chromium found: install it (Debian: apt-get install chromium), or name it in " +
	PathVariable)

// startTimeout is long, for a machine that is busy and has the browser on a cold disk.
const startTimeout = time.Minute

// Config describes a browser. The zero value is one with a window of 1280 x 800.
type Config struct {
	// FakeCamera gives getUserMedia a made-up camera and microphone, without asking.
	FakeCamera bool
	// Width and Height of the window, in CSS pixels; 0 is 1280 and 800.
	Width, Height int
	// Log, if not nil, is told of what pages write to the console and of their uncaught exceptions. It is called by one
	// goroutine at a time.
	Log func(line string)
}

// Browser is a running Chromium with one page. All methods may be called from several goroutines.
type Browser struct {
	ctx     context.Context // the page's
	close   func() error
	version string
}

// Path returns the program to run, or ErrNotFound.
func Path() (string, error) {
	if path := os.Getenv(PathVariable); path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return "", fmt.Errorf("%s: %w", PathVariable, err)
		}
		return found, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNotFound
}

// Start starts a browser with a profile of its own. It ends with ctx, or by Close.
func Start(ctx context.Context, config Config) (*Browser, error) {
	path, err := Path()
	if err != nil {
		return nil, err
	}
	allocator, freeAllocator := chromedp.NewExecAllocator(ctx, flags(path, config)...)
	page, freePage := chromedp.NewContext(allocator)
	b := &Browser{ctx: page}
	b.close = sync.OnceValue(func() error {
		err := chromedp.Cancel(page) // asks the browser to end, and waits for its process
		freePage()
		freeAllocator()
		if errors.Is(err, context.Canceled) {
			err = nil // it had ended already
		}
		return err
	})
	if config.Log != nil {
		chromedp.ListenTarget(page, func(event any) { logEvent(config.Log, event) })
	}
	// A context with a deadline would take the browser down with it.
	timer := time.AfterFunc(startTimeout, freePage)
	defer timer.Stop()
	if err := chromedp.Run(page, chromedp.Evaluate("navigator.userAgent", &b.version)); err != nil {
		_ = b.close()
		return nil, fmt.Errorf("cannot start %s: %w", path, err)
	}
	return b, nil
}

// flags are what a browser needs that nobody sits in front of.
func flags(path string, config Config) []chromedp.ExecAllocatorOption {
	if config.Width == 0 || config.Height == 0 {
		config.Width, config.Height = 1280, 800
	}
	all := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.WindowSize(config.Width, config.Height),
		chromedp.WSURLReadTimeout(startTimeout),
	}
	for name, value := range map[string]any{
		"headless":        "new",
		"no-first-run":    true,
		"no-pings":        true,
		"hide-scrollbars": true,
		"mute-audio":      true,
		"password-store":  "basic",
		// No wish of the browser's own goes to the network.
		"disable-background-networking":    true,
		"disable-component-update":         true,
		"disable-default-apps":             true,
		"disable-domain-reliability":       true,
		"disable-extensions":               true,
		"disable-sync":                     true,
		"metrics-recording-only":           true,
		"safebrowsing-disable-auto-update": true,
		"no-default-browser-check":         true,
		"disable-features":                 "Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider",
		// A page that nobody sees goes on at full speed.
		"disable-background-timer-throttling":    true,
		"disable-backgrounding-occluded-windows": true,
		"disable-renderer-backgrounding":         true,
		"disable-breakpad":                       true,
		"disable-dev-shm-usage":                  true, // /dev/shm is small in containers
		"disable-gpu":                            true,
		"autoplay-policy":                        "no-user-gesture-required",
		"use-fake-device-for-media-stream":       config.FakeCamera,
		"use-fake-ui-for-media-stream":           config.FakeCamera,
		// Calls also on a machine without a network.
		"allow-loopback-in-peer-connection": true,
		// Chromium's sandbox refuses to serve root.
		"no-sandbox": os.Getuid() == 0,
	} {
		all = append(all, chromedp.Flag(name, value))
	}
	return all
}

func logEvent(log func(string), event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, argument := range e.Args {
			if argument.Value != nil {
				words = append(words, string(argument.Value))
			} else {
				words = append(words, argument.Description)
			}
		}
		log(fmt.Sprintf("console.%s: %s", e.Type, strings.Join(words, " ")))
	case *runtime.EventExceptionThrown:
		log("uncaught: " + e.ExceptionDetails.Error())
	}
}

// UserAgent is what the browser calls itself, with its version.
func (b *Browser) UserAgent() string { return b.version }

// Open goes to an address and waits until the page has loaded.
func (b *Browser) Open(ctx context.Context, url string) error {
	if err := b.run(ctx, chromedp.Navigate(url)); err != nil {
		return fmt.Errorf("%s: %w", url, err)
	}
	return nil
}

// Evaluate runs an expression in the page and stores its value in result, as JSON would; a promise is waited for. A nil
// result is not stored.
func (b *Browser) Evaluate(ctx context.Context, expression string, result any) error {
	wait := func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }
	return b.run(ctx, chromedp.Evaluate(expression, result, wait))
}

// WaitFor waits until an expression is true in the page, or ctx ends.
func (b *Browser) WaitFor(ctx context.Context, expression string) error {
	for {
		var is bool
		if err := b.Evaluate(ctx, "!!("+expression+")", &is); err != nil {
			return fmt.Errorf("while waiting for %s: %w", expression, err)
		}
		if is {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("while waiting for %s: %w", expression, context.Cause(ctx))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Screenshot returns what the window shows, as a PNG.
func (b *Browser) Screenshot(ctx context.Context) ([]byte, error) {
	var image []byte
	err := b.run(ctx, chromedp.CaptureScreenshot(&image))
	return image, err
}

// run runs an action until ctx ends or the browser does.
func (b *Browser) run(ctx context.Context, action chromedp.Action) error {
	page, cancel := context.WithCancelCause(b.ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	defer stop()
	err := chromedp.Run(page, action)
	if err != nil && page.Err() != nil {
		return context.Cause(page)
	}
	return err
}

// Close ends the browser and waits until its process is gone and its profile removed.
func (b *Browser) Close() error { return b.close() }
