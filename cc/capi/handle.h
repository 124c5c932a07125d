// What a remb_estimator is.
#ifndef CC_CAPI_HANDLE_H_
#define CC_CAPI_HANDLE_H_

#include "cc/capi/estimator.h"
#include "remb/remb.h"

struct remb_estimator {
  explicit remb_estimator(const remb::core::Estimator::Config& config) : core(config) {}
  remb::core::Estimator core;
};

#endif  // CC_CAPI_HANDLE_H_
