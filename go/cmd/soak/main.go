// Command soak opens and closes peer connections at random, for as long as it is told, and watches whether the process
// grows. Its flag --help says more.
package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/libremb/libremb/go/internal/command"
)

func main() {
	command.Main(filepath.Base(os.Args[0]), parse, func(ctx context.Context, o options) error {
		return run(ctx, o, os.Stdout)
	})
}
