package remb

import (
	"fmt"
)

// compatible says whether a program built with one version of remb.h may use a library of another one: the major
// version has to be the same, and while it is 0 the minor version too.
func compatible(built, loaded int32) error {
	same := built>>16 == loaded>>16 && (built>>16 != 0 || built>>8 == loaded>>8)
	if same {
		return nil
	}
	return fmt.Errorf("%w: the program was built with %s, but %s was loaded",
		ErrVersion, versionString(built), versionString(loaded))
}

func versionString(v int32) string {
	return fmt.Sprintf("libremb %d.%d.%d", v>>16, v>>8&0xff, v&0xff)
}
