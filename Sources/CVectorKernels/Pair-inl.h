// TEMPORARY plain loop, replaced by the vector kernels before the first landing.
static double tmp_logit(const kvk_side *s, int64_t row, int64_t k) {
  double x; block_f64(element_at(s,row,k), s->type, 1, &x);
  if (s->form==KVK_LOGITS) return x/s->temperature;
  if (s->form==KVK_LOG_PROBABILITIES) return x;
  return log(x + (s->form==KVK_WEIGHTS ? s->smoothing : 0));
}
static uint8_t tmp_status(const kvk_side *s, int64_t row, int64_t n, double *lse) {
  double m=-INFINITY, z=0; uint8_t st=0; 
  for (int64_t k=0;k<n;k++){ double raw; block_f64(element_at(s,row,k),s->type,1,&raw); double v=tmp_logit(s,row,k);
    uint8_t w = raw!=raw?1: raw==INFINITY?2: (s->form>=2 && raw==-INFINITY)?2: (s->form>=2&&raw<0)?3:0;
    if (w && (!st||w<st)) st=w; if (v>m) m=v; }
  if (st) return st; if (m==-INFINITY) return KVK_NO_MASS;
  for (int64_t k=0;k<n;k++) z+=exp(tmp_logit(s,row,k)-m); *lse=m+log(z);
  if ((s->form==1||s->form==2) && fabs(exp(*lse)-1)>s->tolerance) return KVK_NOT_NORMALISED; return 0; }
static void pair_rows(const kvk_side *a, const kvk_side *b, int64_t first, int64_t count, int64_t classes, const kvk_pair_out *out) {
  for (int64_t i=0;i<count;i++) { int64_t row=first+i; double A=0,B=0,v[KVK_PAIR_COUNT];
    out->status_a[i]=tmp_status(a,row,classes,&A); out->status_b[i]=tmp_status(b,row,classes,&B);
    for (int j=0;j<KVK_PAIR_COUNT;j++) v[j]=NAN;
    if (!out->status_a[i]&&!out->status_b[i]) { double d=0,r=0,ha=0,hb=0,js=0,tv=0,bc=0,ma=-INFINITY,mb=-INFINITY; int64_t ia=0,ib=0;
      for (int64_t k=0;k<classes;k++){ double la=tmp_logit(a,row,k)-A, lb=tmp_logit(b,row,k)-B,p=exp(la),q=exp(lb),m=(p+q)/2;
        if(la>ma){ma=la;ia=k;} if(lb>mb){mb=lb;ib=k;}
        if(p>0){d+=p*(la-lb);ha-=p*la;js+=p*log(p/m)/2;} if(q>0){r+=q*(lb-la);hb-=q*lb;js+=q*log(q/m)/2;} tv+=fabs(p-q)/2; bc+=sqrt(p*q);}
      if(d<0)d=0; if(r<0)r=0; double t[]={d,r,ha,hb,ha+d,hb+r,d+r,js,tv,sqrt(fmax(0,1-bc)),ia==ib,A,B}; memcpy(v,t,sizeof t);}
    for (int j=0;j<KVK_PAIR_COUNT;j++) if(out->column[j]) out->column[j][i]=v[j]; } }
static void pair_segment(const kvk_side *a, const kvk_side *b, int64_t row, int64_t from, int64_t to, const kvk_pair_out *wanted, const kvk_state *state, kvk_state *partial) {}
static int32_t pair_merge(const kvk_side *a, const kvk_side *b, int64_t classes, const kvk_pair_out *wanted, kvk_state *state, const kvk_state *partials, int64_t count) { return 0; }
static void pair_finish(const kvk_side *a, const kvk_side *b, int64_t row, int64_t classes, const kvk_state *state, const kvk_pair_out *out, int64_t index) { pair_rows(a,b,row,1,classes,out); }
