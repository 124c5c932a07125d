// Package remb estimates, at the receiving end of a WebRTC call, how much the path from the sender carries, and tells
// the sender by REMB. It does so with libremb, a C++ library that this package calls through cgo.
//
// # With Pion WebRTC
//
// Package rembwebrtc registers all that is needed in one call. By hand it is
//
//	factory, err := remb.NewBWEInterceptorFactory()
//	...
//	registry.Add(factory) // before all others
//
// plus the header extension [AbsSendTimeURI] and goog-remb feedback in the media engine; the package comment of
// rembwebrtc tells when browsers obey. Each peer connection then has an [Estimator], which factory.Estimator(pc.ID())
// returns and factory.OnNewPeerConnection announces. What a peer connection receives is measured while its tracks are
// read.
//
// Video is counted, with its retransmissions and FEC, and audio if [WithAudio] is given. A REMB goes out when there is
// a first estimate, as soon as the rate falls by 3 % or rises by 5 %, each 100 ms for the first 3 s, and else each second
// while anything is received; options such as [WithREMBInterval] change that. [Estimator.SetMaxBitrate] caps them and
// [Estimator.Pause] holds them back, at any time.
//
// With [ProfileLibwebrtc] how fast the rate grows depends on the round-trip time. That is measured from the RTCP that
// the application reads from its RTPSenders or, with [WithReceiverReferenceTime], its RTPReceivers; without either it is
// 200 ms, or what [Estimator.SetRTT] says.
//
// # Watching it
//
// [Estimator.Stats] tells all of a peer connection, [Estimator.StreamStats] of each stream, and where its send times
// come from and why. The log, under the scope "remb", has REMBs and changes of state at debug level and trouble at warn;
// Pion's default loggers show neither, see [WithLoggerFactory]. Package rembprometheus makes metrics of
// [BWEInterceptorFactory.Totals] and [BWEInterceptorFactory.Estimators].
//
// # With an RTP loop of one's own
//
// An [Estimator] needs nothing of Pion's interceptors: give it all packets by [Estimator.OnRTPPacket], or many in one
// call by [Estimator.OnPackets], and ask [Estimator.Poll] for REMBs when it says that one is due or when the time of
// [Estimator.NextPoll] has come.
//
// # Building
//
// libremb is found by pkg-config under the name remb: set PKG_CONFIG_PATH to the folder of its remb.pc. The build tag
// remb_static links the archive instead of the shared library. Without cgo the package compiles, and every constructor
// returns [ErrCgoDisabled].
package remb
