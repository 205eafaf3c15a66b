# Optimizer groups of Vit: 16 parameters, 10 keys. In mmengine the longest key found in a name wins.
optim_wrapper = dict(
    optimizer=dict(type='AdamW', lr=0.0005, weight_decay=0.05, betas=(0.9, 0.999)),
    paramwise_cfg=dict(
        custom_keys={
            'backbone.cls_token': dict(lr_mult=0.421875, decay_mult=1.0),
            'backbone.pos_embed': dict(lr_mult=0.421875, decay_mult=1.0),
            'backbone.patch_embed.': dict(lr_mult=0.421875, decay_mult=1.0),
            'backbone.patch_embed.proj.bias': dict(lr_mult=0.421875, decay_mult=0.0),
            'backbone.blocks.0.': dict(lr_mult=0.5625, decay_mult=0.0),
            'backbone.blocks.0.attn.qkv.weight': dict(lr_mult=0.5625, decay_mult=1.0),
            'backbone.blocks.1.': dict(lr_mult=0.75, decay_mult=0.0),
            'backbone.blocks.1.attn.qkv.weight': dict(lr_mult=0.75, decay_mult=1.0),
            'backbone.norm.': dict(lr_mult=1.0, decay_mult=0.0),
            'backbone.head.bias': dict(lr_mult=1.0, decay_mult=0.0),
        }))
