package remb

import "fmt"

// compatible says whether a program built with one version of remb.h may use a library of another one. A newer one of the
// same major version will do: structs only grow, and where an ABI does change so does the SONAME, with which the library
// is not loaded in the first place. An older one may lack what the program uses.
func compatible(built, loaded int32) error {
	if built>>16 == loaded>>16 && loaded >= built {
		return nil
	}
	return fmt.Errorf("%w: the program was built with %s, but %s was loaded",
		ErrVersion, versionString(built), versionString(loaded))
}

func versionString(v int32) string {
	return fmt.Sprintf("libremb %d.%d.%d", v>>16, v>>8&0xff, v&0xff)
}
